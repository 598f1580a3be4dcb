#include "tests/storage/conformance/conformance.hpp"

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class SettleConformance : public StorageConformance {};

TEST_P(SettleConformance, ASucceededJobKeepsItsResult) {
    const JobId id = insert();
    const ClaimedJob run = claim_one();
    clock.advance(3s);

    EXPECT_EQ(settle(success_of(run, R"({"rows":3})")), Moved::yes);

    const auto state = std::get<Succeeded>(find(id).state);
    EXPECT_EQ(state.result, R"({"rows":3})");
    EXPECT_EQ(state.finished_at, clock.now());
}

TEST_P(SettleConformance, ASecondSettlementOfTheSameRunChangesNothing) {
    const JobId id = insert();
    const ClaimedJob run = claim_one();
    settle(success_of(run, "1"));

    EXPECT_EQ(settle(success_of(run, "2")), Moved::already);
    EXPECT_EQ(settle(retry_of(run, 1s)), Moved::already);
    EXPECT_EQ(std::get<Succeeded>(find(id).state).result, "1");
    EXPECT_TRUE(queries.events(id).empty());
}

TEST_P(SettleConformance, ALateWorkerCannotFinishTheRunThatReplacedItsOwn) {
    const JobId id = insert();
    const ClaimedJob stalled = claim_one();
    settle(return_of(stalled));
    const ClaimedJob replacement = claim_one();
    ASSERT_GT(replacement.lease, stalled.lease);

    EXPECT_EQ(settle(success_of(stalled)), Moved::lost);
    EXPECT_EQ(state_of(id), processing);
    EXPECT_EQ(settle(success_of(replacement)), Moved::yes);
}

TEST_P(SettleConformance, ALateSettlementBesideThatOfTheReplacementIsRefused) {
    const JobId id = insert();
    const ClaimedJob stalled = claim_one();
    settle(return_of(stalled));
    const ClaimedJob replacement = claim_one();

    const std::vector both{retry_of(stalled, 1s), success_of(replacement)};
    EXPECT_EQ(jobs.exchange(server, both, {}).moved, (std::vector{Moved::lost, Moved::yes}));
    EXPECT_EQ(state_of(id), succeeded);
    EXPECT_TRUE(queries.events(id).empty()) << "the late run left its event";
}

TEST_P(SettleConformance, AnotherServerCannotSettle) {
    insert();
    const ClaimedJob run = claim_one();

    EXPECT_EQ(settle(success_of(run), enter("second")), Moved::lost);
}

TEST_P(SettleConformance, OneLostSettlementDoesNotHinderTheOthers) {
    insert();
    insert();
    const auto runs = claim(2);
    settle(success_of(runs[0]));

    const std::vector both{success_of(runs[0]), success_of(runs[1])};
    EXPECT_EQ(jobs.exchange(server, both, {}).moved, (std::vector{Moved::already, Moved::yes}));
}

TEST_P(SettleConformance, AFailedRunLeavesAnEventAndComesBackWhenDue) {
    const JobId id = insert();
    settle(retry_of(claim_one(), 15s));

    EXPECT_EQ(std::get<Scheduled>(find(id).state).reason, Reason::retry);
    const auto events = queries.events(id);
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].error_code, "boom");
    EXPECT_EQ(events[0].message, "it went wrong");
    EXPECT_EQ(events[0].attempt, 1);

    clock.advance(15s);
    jobs.promote_due(10);
    EXPECT_EQ(claim_one().attempt, 2);
}

TEST_P(SettleConformance, AJobThatIsGivenBackLosesNoAttemptAndKeepsItsPlace) {
    const JobId first = insert();
    clock.advance(1s);
    insert();
    settle(return_of(claim_one()));

    const ClaimedJob again = claim_one();
    EXPECT_EQ(again.id, first);
    EXPECT_EQ(again.attempt, 1);
}

TEST_P(SettleConformance, AnExpiredJobIsNotTriedAgain) {
    NewJob made = job();
    made.expires_at = clock.now() + 5s;
    insert(made);
    const ClaimedJob run = claim_one();
    clock.advance(6s);

    EXPECT_EQ(settle(retry_of(run, 1s)), Moved::yes);
    EXPECT_EQ(std::get<Deleted>(find(made.id).state).reason, Reason::expired);
}

TEST_P(SettleConformance, OneExchangeSettlesAndClaims) {
    insert();
    const ClaimedJob run = claim_one();
    const JobId next = insert();

    const Settlement done = success_of(run);
    const Exchanged exchanged = jobs.exchange(server, {&done, 1}, anything(1));
    EXPECT_EQ(exchanged.moved, std::vector{Moved::yes});
    ASSERT_EQ(exchanged.claimed.size(), 1u);
    EXPECT_EQ(exchanged.claimed[0].id, next);
}

TEST_P(SettleConformance, LogsAreReadInOrderAndOnlyOnce) {
    const JobId id = insert();
    const ClaimedJob run = claim_one();
    const std::vector chunks{
        LogChunk{id, run.lease, 0,
                 R"([{"at":1,"level":"info","text":"one"},{"at":2,"level":"stderr","text":"two"}])"}};
    jobs.append_log(chunks);
    jobs.append_log(chunks);
    LogPosition position;
    EXPECT_EQ(queries.log(id, position).size(), 2u);

    Settlement done = success_of(run);
    done.log = {{id, run.lease, 1, R"([{"at":3,"level":"info","text":"three"}])"}};
    settle(done);
    const auto rest = queries.log(id, position);
    ASSERT_EQ(rest.size(), 1u);
    EXPECT_EQ(rest[0].text, "three");
    EXPECT_EQ(rest[0].lease, run.lease);
}

INSTANTIATE_TEST_SUITE_P(Databases, SettleConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
