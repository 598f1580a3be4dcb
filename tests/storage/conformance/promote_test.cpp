#include "tests/storage/conformance/conformance.hpp"

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class PromoteConformance : public StorageConformance {
protected:
    JobId insert_delayed(Duration by, int priority = 0) {
        NewJob made = job_in("default", priority);
        made.due_at = clock.now() + by;
        return insert(made);
    }
};

TEST_P(PromoteConformance, NothingIsDueInAnEmptyDatabase) {
    const Promoted promoted = jobs.promote_due(9);
    EXPECT_EQ(promoted.count, 0u);
    EXPECT_EQ(promoted.next_due_at, std::nullopt);
}

TEST_P(PromoteConformance, ItIsDueAtItsInstantAndNotBefore) {
    const JobId id = insert_delayed(1s);
    clock.advance(1s - 1us);
    EXPECT_EQ(jobs.promote_due(9).count, 0u);
    clock.advance(1us);
    EXPECT_EQ(jobs.promote_due(9).count, 1u);
    EXPECT_EQ(std::get<Enqueued>(find(id).state).since, clock.now());
}

TEST_P(PromoteConformance, TheEarliestGoFirst) {
    const JobId third = insert_delayed(3s);
    const JobId first = insert_delayed(1s);
    const JobId second = insert_delayed(2s);
    clock.advance(10s);

    EXPECT_EQ(jobs.promote_due(2).count, 2u);
    EXPECT_EQ(state_of(first), enqueued);
    EXPECT_EQ(state_of(second), enqueued);
    EXPECT_EQ(state_of(third), scheduled);
    EXPECT_EQ(jobs.promote_due(2).count, 1u);
    EXPECT_EQ(jobs.promote_due(2).count, 0u);
}

TEST_P(PromoteConformance, JobsOfOneInstantGoById) {
    NewJob made = job();
    made.due_at = clock.now() + 1s;
    const auto ids = insert_many(5, made);
    clock.advance(1s);
    jobs.promote_due(3);
    EXPECT_EQ(ids_of(claim(9)), std::vector(ids.begin(), ids.begin() + 3));
}

TEST_P(PromoteConformance, TheNextInstantIsOfWhatIsStillScheduled) {
    const TimePoint start = clock.now();
    insert_delayed(5s);
    insert_delayed(1s);
    insert_delayed(2s);
    EXPECT_EQ(jobs.promote_due(9).next_due_at, start + 1s);
    clock.advance(2s);
    EXPECT_EQ(jobs.promote_due(1).next_due_at, start + 2s) << "due, but over the limit";
    EXPECT_EQ(jobs.promote_due(9).next_due_at, start + 5s);
}

TEST_P(PromoteConformance, ALimitOfZeroMovesNothing) {
    const JobId id = insert_delayed(1s);
    clock.advance(1s);
    const Promoted promoted = jobs.promote_due(0);
    EXPECT_EQ(promoted.count, 0u);
    EXPECT_EQ(promoted.next_due_at, clock.now());
    EXPECT_EQ(state_of(id), scheduled);
}

TEST_P(PromoteConformance, TheOrderBeginsWhenTheJobBecomesEnqueued) {
    const JobId delayed = insert_delayed(1s);
    clock.advance(5s);
    const JobId waiting = insert();
    clock.advance(5s);
    jobs.promote_due(9);
    EXPECT_EQ(ids_of(claim(2)), (std::vector{waiting, delayed}));
}

TEST_P(PromoteConformance, ThePriorityCountsThen) {
    insert_delayed(1s);
    const JobId urgent = insert_delayed(1s, 5);
    clock.advance(1s);
    jobs.promote_due(9);
    const ClaimedJob run = claim_one();
    EXPECT_EQ(run.id, urgent);
    EXPECT_EQ(run.order_key, clock.now().time_since_epoch().count() - 5'000'000);
}

TEST_P(PromoteConformance, NothingIsMovedTwice) {
    insert_delayed(1s);
    const auto other = database->open(clock);
    clock.advance(1s);
    EXPECT_EQ(jobs.promote_due(9).count + other->jobs().promote_due(9).count, 1u);
    EXPECT_EQ(claim(9).size(), 1u);
}

TEST_P(PromoteConformance, ARetryThatIsDueAtOnceIsMovedAtOnce) {
    insert();
    settle(retry_of(claim_one(), -1h));
    EXPECT_EQ(jobs.promote_due(9).count, 1u);
    EXPECT_EQ(claim(1).size(), 1u);
}

TEST_P(PromoteConformance, AnotherProcessSeesWhatIsScheduled) {
    const auto other = database->open(clock);
    EXPECT_EQ(other->jobs().promote_due(9).next_due_at, std::nullopt);
    insert_delayed(1s);
    EXPECT_EQ(other->jobs().promote_due(9).next_due_at, clock.now() + 1s);
}

TEST_P(PromoteConformance, WhatExpiresCountsTowardsTheLimit) {
    NewJob made = job();
    made.due_at = clock.now() + 1s;
    made.expires_at = clock.now() + 1s;
    insert_many(3, made);
    clock.advance(1s);
    EXPECT_EQ(jobs.promote_due(2).count, 2u);
    EXPECT_EQ(jobs.promote_due(2).count, 1u);
    EXPECT_EQ(count_of(deleted), 3);
}

INSTANTIATE_TEST_SUITE_P(Databases, PromoteConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
