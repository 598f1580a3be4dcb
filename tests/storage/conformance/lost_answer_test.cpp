#include "tests/storage/conformance/conformance.hpp"

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

// The transaction was made, and the host did not hear of it.
class LostAnswerConformance : public StorageConformance {
protected:
    std::vector<HeldRun> held(ServerId by, std::size_t limit = 100) { return jobs.runs_of(by, limit); }
};

TEST_P(LostAnswerConformance, ASettlementThatIsGivenAgainIsDoneAlready) {
    insert_many(5);
    const auto runs = claim(5);
    const std::vector batch{success_of(runs[0], "1"), retry_of(runs[1], 1min), failure_of(runs[2]),
                            return_of(runs[3]), deletion_of(runs[4])};
    jobs.exchange(server, batch, {});
    const StateCounts before = queries.count({}, {});

    EXPECT_EQ(jobs.exchange(server, batch, {}).moved, std::vector(5, Moved::already));
    EXPECT_EQ(queries.count({}, {}), before);
    EXPECT_EQ(queries.events(runs[1].id).size(), 1u);
    EXPECT_EQ(find(runs[3].id).attempt, 0) << "the attempt was given back twice";
}

TEST_P(LostAnswerConformance, NothingIsAddedTwice) {
    insert();
    Settlement end = retry_of(claim_one(), 1s);
    end.new_crashes = 1;
    end.new_warnings = 2;
    end.log = {{end.job, end.lease, 0, R"([{"at":1,"level":"info","text":"a line"}])"}};
    settle(end);
    settle(end);

    EXPECT_EQ(find(end.job).crashes, 1);
    EXPECT_EQ(find(end.job).warnings, 2);
    LogPosition position;
    EXPECT_EQ(queries.log(end.job, position).size(), 1u);
}

TEST_P(LostAnswerConformance, OldAndNewSettlementsGoTogether) {
    insert_many(4);
    const auto runs = claim(4);
    const std::vector first{success_of(runs[0]), failure_of(runs[1])};
    jobs.exchange(server, first, {});

    const std::vector all{success_of(runs[0]), failure_of(runs[1]), success_of(runs[2]), failure_of(runs[3])};
    EXPECT_EQ(jobs.exchange(server, all, {}).moved,
              (std::vector{Moved::already, Moved::already, Moved::yes, Moved::yes}));
}

TEST_P(LostAnswerConformance, OnlyWhoMadeItIsTold) {
    insert();
    const ClaimedJob run = claim_one();
    settle(success_of(run));
    EXPECT_EQ(settle(success_of(run), enter("second")), Moved::lost);
}

TEST_P(LostAnswerConformance, ItIsLostOnceTheJobRunsAgain) {
    insert();
    const ClaimedJob run = claim_one();
    const Settlement retry = retry_of(run, 0s);
    settle(retry);
    EXPECT_EQ(settle(retry), Moved::already);
    jobs.promote_due(1);
    EXPECT_EQ(settle(retry), Moved::already) << "enqueued, and not taken yet";
    claim_one();
    EXPECT_EQ(settle(retry), Moved::lost);
}

TEST_P(LostAnswerConformance, ARepeatedExchangeStillClaims) {
    insert();
    const Settlement done = success_of(claim_one());
    settle(done);
    const JobId next = insert();
    EXPECT_EQ(ids_of(jobs.exchange(server, {&done, 1}, anything(1)).claimed), std::vector{next});
}

TEST_P(LostAnswerConformance, AClaimThatNobodyReceivedIsFound) {
    const auto ids = insert_many(3);
    const auto runs = claim(3);
    std::vector<HeldRun> expected;
    for (const ClaimedJob& run : runs)
        expected.push_back({run.id, run.lease});
    EXPECT_EQ(held(server), expected);
}

TEST_P(LostAnswerConformance, WhatIsFoundIsGivenBackAndRunsAgain) {
    const JobId id = insert();
    claim(1);
    const HeldRun found = held(server).at(0);
    const Settlement given_back{.job = found.job,
                                .lease = found.lease,
                                .cause = Cause::given_back,
                                .target = Enqueued{clock.now()},
                                .started_at = {}};
    EXPECT_EQ(settle(given_back), Moved::yes);
    EXPECT_TRUE(held(server).empty());

    const ClaimedJob again = claim_one();
    EXPECT_EQ(again.id, id);
    EXPECT_EQ(again.attempt, 1);
    EXPECT_GT(again.lease, found.lease);
}

TEST_P(LostAnswerConformance, RunsAreListedByJobUpToTheLimit) {
    const auto ids = insert_many(5);
    claim(5);
    EXPECT_EQ(held(server, 0).size(), 0u);
    const auto some = held(server, 3);
    ASSERT_EQ(some.size(), 3u);
    for (std::size_t i = 0; i < some.size(); ++i)
        EXPECT_EQ(some[i].job, ids[i]);
}

TEST_P(LostAnswerConformance, OnlyOwnRunsAreListed) {
    insert_many(2);
    const ServerId other = enter("second");
    const ClaimedJob ours = claim_one();
    const ClaimedJob theirs = claim(1, other).at(0);
    EXPECT_EQ(held(server), (std::vector{HeldRun{ours.id, ours.lease}}));
    EXPECT_EQ(held(other), (std::vector{HeldRun{theirs.id, theirs.lease}}));
    EXPECT_TRUE(held(ServerId{4711}).empty());
}

TEST_P(LostAnswerConformance, WhatHasEndedIsNotListed) {
    insert_many(4);
    const auto runs = claim(4);
    const std::vector batch{success_of(runs[0]), retry_of(runs[1], 1s), return_of(runs[2])};
    jobs.exchange(server, batch, {});
    EXPECT_EQ(held(server), (std::vector{HeldRun{runs[3].id, runs[3].lease}}));
}

TEST_P(LostAnswerConformance, WhatWasRecoveredIsNotListed) {
    insert();
    claim_one();
    servers.declare_dead("first");
    EXPECT_EQ(held(server).size(), 1u);
    servers.recover(server, 9);
    EXPECT_TRUE(held(server).empty());
}

TEST_P(LostAnswerConformance, ARecoveryIsNotTakenForAnEarlierSettlement) {
    insert();
    const ClaimedJob run = claim_one();
    servers.declare_dead("first");
    servers.recover(server, 9);
    EXPECT_EQ(settle(success_of(run)), Moved::lost);
    EXPECT_EQ(settle(return_of(run)), Moved::lost);
    EXPECT_EQ(state_of(run.id), enqueued);
}

INSTANTIATE_TEST_SUITE_P(Databases, LostAnswerConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
