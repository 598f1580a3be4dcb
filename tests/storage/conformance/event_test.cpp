#include "tests/storage/conformance/conformance.hpp"

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class EventConformance : public StorageConformance {};

TEST_P(EventConformance, TheyComeInTheOrderInWhichTheyHappened) {
    const JobId id = insert();
    for (int i = 1; i <= 4; ++i) {
        Settlement retry = retry_of(claim_one(), 0s);
        retry.event->message = "failure " + std::to_string(i);
        settle(retry);
        jobs.promote_due(1);
    }
    const auto events = queries.events(id);
    ASSERT_EQ(events.size(), 4u);
    for (int i = 0; i < 4; ++i) {
        EXPECT_EQ(events[static_cast<std::size_t>(i)].message, "failure " + std::to_string(i + 1));
        EXPECT_EQ(events[static_cast<std::size_t>(i)].attempt, i + 1);
    }
}

TEST_P(EventConformance, AClockThatIsSetBackDoesNotChangeTheirOrder) {
    const JobId id = insert();
    for (const char* message : {"first", "second"}) {
        Settlement end = interruption_of(claim_one());
        end.event = JobEvent{.at = clock.now(),
                             .cause = Cause::interrupted,
                             .attempt = 1,
                             .error_code = "",
                             .message = message,
                             .by = ""};
        settle(end);
        clock.advance(-1h);
    }
    EXPECT_EQ(queries.events(id).at(0).message, "first");
    EXPECT_EQ(queries.events(id).at(1).message, "second");
}

TEST_P(EventConformance, ASuccessLeavesNone) {
    const JobId id = insert();
    settle(success_of(claim_one()));
    EXPECT_TRUE(queries.events(id).empty());
}

TEST_P(EventConformance, ThoseOfDifferentJobsDoNotMix) {
    insert_many(3);
    const auto runs = claim(3);
    const std::vector batch{retry_of(runs[0], 1s), success_of(runs[1]), retry_of(runs[2], 1s)};
    jobs.exchange(server, batch, {});
    EXPECT_EQ(queries.events(runs[0].id).size(), 1u);
    EXPECT_TRUE(queries.events(runs[1].id).empty());
    EXPECT_EQ(queries.events(runs[2].id).size(), 1u);
    EXPECT_TRUE(queries.events(jobs.reserve_ids(1)).empty());
}

TEST_P(EventConformance, ARecoveryLeavesOne) {
    const JobId id = insert();
    settle(retry_of(claim_one(), 0s));
    jobs.promote_due(1);
    claim_one();
    servers.declare_dead("first");
    clock.advance(3s);
    servers.recover(server, 9);

    const auto events = queries.events(id);
    ASSERT_EQ(events.size(), 2u);
    EXPECT_EQ(events[1].cause, Cause::recovered);
    EXPECT_EQ(events[1].attempt, 2);
    EXPECT_EQ(events[1].at, clock.now());
    EXPECT_NE(events[1].message, "");
}

TEST_P(EventConformance, TheEventOfARetryThatHasExpiredIsKept) {
    NewJob made = job();
    made.expires_at = clock.now() + 1s;
    insert(made);
    const ClaimedJob run = claim_one();
    clock.advance(2s);
    settle(retry_of(run, 1s));
    EXPECT_EQ(state_of(made.id), deleted);
    ASSERT_EQ(queries.events(made.id).size(), 1u);
    EXPECT_EQ(queries.events(made.id)[0].error_code, "boom");
}

INSTANTIATE_TEST_SUITE_P(Databases, EventConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
