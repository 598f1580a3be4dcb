#include "tests/storage/conformance/conformance.hpp"

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class LeaseConformance : public StorageConformance {};

TEST_P(LeaseConformance, ItRisesWithEachClaimWhateverEndedTheRun) {
    const JobId id = insert();
    const ServerId other = enter("second");
    std::vector<Lease> leases;
    const auto next_run = [&](ServerId by) {
        clock.advance(1min);
        jobs.promote_due(9);
        const ClaimedJob run = claim(1, by).at(0);
        leases.push_back(run.lease);
        EXPECT_EQ(find(id).lease, run.lease);
        return run;
    };
    settle(return_of(next_run(server)));
    settle(interruption_of(next_run(server)));
    settle(retry_of(next_run(server), 1s));
    next_run(server);
    servers.declare_dead("first");
    servers.recover(server, 9);
    settle(return_of(next_run(other)), other);
    next_run(other);

    EXPECT_EQ(leases.size(), 6u);
    EXPECT_TRUE(std::is_sorted(leases.begin(), leases.end(), std::less_equal{})) << "strictly";
}

TEST_P(LeaseConformance, ItIsTheOneThatTheStateShows) {
    insert();
    settle(return_of(claim_one()));
    const ClaimedJob run = claim_one();
    EXPECT_EQ(std::get<Processing>(find(run.id).state).lease, run.lease);
    EXPECT_EQ(find(run.id).lease, run.lease);
}

TEST_P(LeaseConformance, ItStaysWithTheFinishedJob) {
    insert();
    const ClaimedJob run = claim_one();
    settle(success_of(run));
    EXPECT_EQ(find(run.id).lease, run.lease);
    EXPECT_EQ(find(run.id).server, "name of first");
}

TEST_P(LeaseConformance, AnOldOneSettlesNothingOnceTheJobRunsAgain) {
    const JobId id = insert();
    const ClaimedJob old = claim_one();
    settle(retry_of(old, 0s));
    jobs.promote_due(1);
    claim_one();

    for (const Settlement& late : {success_of(old), failure_of(old), return_of(old), retry_of(old, 1s)})
        EXPECT_EQ(settle(late), Moved::lost);
    EXPECT_EQ(state_of(id), processing);
    EXPECT_EQ(queries.events(id).size(), 1u);
}

TEST_P(LeaseConformance, AnOldOneSettlesNothingOnceAnotherRunHasSucceeded) {
    const JobId id = insert();
    const ClaimedJob old = claim_one();
    settle(return_of(old));
    settle(success_of(claim_one(), "1"));

    EXPECT_EQ(settle(failure_of(old)), Moved::lost);
    EXPECT_EQ(std::get<Succeeded>(find(id).state).result, "1");
}

TEST_P(LeaseConformance, OneThatNobodyGaveOutSettlesNothing) {
    const JobId id = insert();
    const ClaimedJob run = claim_one();
    for (const std::int64_t wrong : {std::int64_t{0}, run.lease.value - 1, run.lease.value + 1}) {
        Settlement settlement = success_of(run);
        settlement.lease = Lease{wrong};
        EXPECT_EQ(settle(settlement), Moved::lost);
    }
    EXPECT_EQ(state_of(id), processing);
}

TEST_P(LeaseConformance, AJobThatWasNeverClaimedCannotBeSettled) {
    ClaimedJob run;
    run.id = insert();
    EXPECT_EQ(settle(success_of(run)), Moved::lost);
    EXPECT_EQ(state_of(run.id), enqueued);
}

TEST_P(LeaseConformance, AJobThatIsNotThereCannotBeSettled) {
    ClaimedJob run;
    run.id = jobs.reserve_ids(1);
    run.lease = Lease{1};
    EXPECT_EQ(settle(success_of(run)), Moved::lost);
    EXPECT_FALSE(queries.find(run.id).has_value());
}

TEST_P(LeaseConformance, LeasesOfDifferentJobsDoNotMix) {
    insert_many(2);
    const auto runs = claim(2);
    settle(return_of(runs[0]));
    const ClaimedJob again = claim_one();
    ASSERT_EQ(again.id, runs[0].id);

    Settlement mixed = success_of(runs[1]);
    mixed.lease = again.lease;
    EXPECT_EQ(settle(mixed), again.lease == runs[1].lease ? Moved::yes : Moved::lost);
    EXPECT_EQ(settle(success_of(again)), Moved::yes);
}

TEST_P(LeaseConformance, ServersOfOneNameDoNotMix) {
    insert();
    const ClaimedJob run = claim_one();
    const ServerId namesake = servers.enter({.incarnation = "other", .name = "name of first"}, {});
    EXPECT_EQ(settle(success_of(run), namesake), Moved::lost);
    EXPECT_EQ(settle(success_of(run)), Moved::yes);
}

INSTANTIATE_TEST_SUITE_P(Databases, LeaseConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
