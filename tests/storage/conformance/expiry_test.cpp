#include "tests/storage/conformance/conformance.hpp"

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class ExpiryConformance : public StorageConformance {
protected:
    JobId insert_expiring(Duration in) {
        NewJob made = job();
        made.expires_at = clock.now() + in;
        return insert(made);
    }
    void expect_expired(JobId id) {
        const Job found = find(id);
        ASSERT_EQ(name_of(found.state), deleted);
        EXPECT_EQ(std::get<Deleted>(found.state).reason, Reason::expired);
        EXPECT_EQ(std::get<Deleted>(found.state).finished_at, clock.now());
        EXPECT_EQ(found.finished_at, clock.now());
    }
};

TEST_P(ExpiryConformance, ItEndsAtItsInstantAndNotBefore) {
    const JobId id = insert_expiring(5s);
    const JobId later = insert_expiring(5s + 1us);
    clock.advance(5s);
    EXPECT_EQ(ids_of(claim(9)), std::vector{later});
    expect_expired(id);
}

TEST_P(ExpiryConformance, AnExpiredJobThatNobodyRanHasHadNoRun) {
    const JobId id = insert_expiring(1s);
    clock.advance(1s);
    claim(9);
    expect_expired(id);
    EXPECT_EQ(find(id).attempt, 0);
    EXPECT_EQ(find(id).server, "");
    EXPECT_FALSE(find(id).started_at.has_value());
}

TEST_P(ExpiryConformance, AnExpiredJobIsNotAmongTheRuns) {
    insert_expiring(1s);
    clock.advance(1s);
    claim(9);
    EXPECT_TRUE(jobs.runs_of(server, 9).empty());
}

TEST_P(ExpiryConformance, ExpiredJobsTakeNobodysPlaceInAClaim) {
    for (int i = 0; i < 5; ++i) {
        insert_expiring(1s);
        insert();
    }
    clock.advance(1s);
    EXPECT_EQ(claim(5).size(), 5u);
}

TEST_P(ExpiryConformance, ARunningJobFinishesThoughItsInstantHasPassed) {
    for (int i = 0; i < 3; ++i)
        insert_expiring(1s);
    const auto runs = claim(3);
    clock.advance(1h);
    const std::vector batch{success_of(runs[0], "1"), failure_of(runs[1]), deletion_of(runs[2])};
    jobs.exchange(server, batch, {});
    EXPECT_EQ(state_of(runs[0].id), succeeded);
    EXPECT_EQ(state_of(runs[1].id), failed);
    EXPECT_EQ(std::get<Deleted>(find(runs[2].id).state).reason, Reason::exhausted);
}

TEST_P(ExpiryConformance, WhatIsGivenBackTooLateEnds) {
    const JobId id = insert_expiring(1s);
    const ClaimedJob run = claim_one();
    clock.advance(1s);
    EXPECT_EQ(settle(return_of(run)), Moved::yes);
    expect_expired(id);
    EXPECT_EQ(find(id).attempt, 0);
    EXPECT_EQ(settle(return_of(run)), Moved::already);
}

TEST_P(ExpiryConformance, WhatIsInterruptedTooLateEnds) {
    const JobId id = insert_expiring(1s);
    const ClaimedJob run = claim_one();
    clock.advance(1s);
    EXPECT_EQ(settle(interruption_of(run)), Moved::yes);
    expect_expired(id);
}

TEST_P(ExpiryConformance, ARetryThatIsInTimeIsScheduled) {
    const JobId id = insert_expiring(10s);
    settle(retry_of(claim_one(), 1h));
    EXPECT_EQ(state_of(id), scheduled) << "it ends when it is due";
    clock.advance(1h);
    jobs.promote_due(9);
    expect_expired(id);
    EXPECT_EQ(find(id).attempt, 1) << "it had a run";
}

TEST_P(ExpiryConformance, AScheduledJobIsNotLookedAtBeforeItIsDue) {
    NewJob made = job();
    made.due_at = clock.now() + 1h;
    made.expires_at = clock.now() + 1s;
    insert(made);
    clock.advance(10s);
    EXPECT_EQ(jobs.promote_due(9).count, 0u);
    EXPECT_EQ(state_of(made.id), scheduled);
}

TEST_P(ExpiryConformance, AJobThatExpiredWhileItWaitedIsNotPromoted) {
    NewJob made = job();
    made.due_at = clock.now() + 2s;
    made.expires_at = clock.now() + 1s;
    insert(made);
    clock.advance(2s);
    const Promoted promoted = jobs.promote_due(9);
    EXPECT_EQ(promoted.next_due_at, std::nullopt);
    expect_expired(made.id);
    EXPECT_TRUE(claim(9).empty());
}

TEST_P(ExpiryConformance, WhatIsRecoveredTooLateEnds) {
    const JobId id = insert_expiring(1s);
    claim_one();
    servers.declare_dead("first");
    clock.advance(1s);
    EXPECT_EQ(servers.recover(server, 9), 1u);
    expect_expired(id);
    EXPECT_EQ(find(id).recoveries, 1);
    EXPECT_TRUE(servers.stranded(9).empty());
}

TEST_P(ExpiryConformance, AnInstantThatHasPassedBeforeTheInsertIsLegal) {
    const JobId id = insert_expiring(-1h);
    EXPECT_EQ(state_of(id), enqueued);
    EXPECT_TRUE(claim(9).empty());
    expect_expired(id);
}

INSTANTIATE_TEST_SUITE_P(Databases, ExpiryConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
