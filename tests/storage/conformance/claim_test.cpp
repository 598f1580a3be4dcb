#include "tests/storage/conformance/conformance.hpp"

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class ClaimConformance : public StorageConformance {};

TEST_P(ClaimConformance, AClaimedJobIsProcessingUnderANewLease) {
    const JobId id = insert();
    clock.advance(1s);

    const ClaimedJob run = claim_one();

    EXPECT_EQ(run.id, id);
    EXPECT_EQ(run.attempt, 1);
    EXPECT_EQ(run.claimed_at, clock.now());
    const auto state = std::get<Processing>(find(id).state);
    EXPECT_EQ(state.server, server);
    EXPECT_EQ(state.lease, run.lease);
    EXPECT_EQ(find(id).server, "name of first");
}

TEST_P(ClaimConformance, NoJobIsClaimedTwice) {
    insert();

    EXPECT_EQ(claim(5).size(), 1u);
    EXPECT_TRUE(claim(5).empty());
    EXPECT_TRUE(claim(5, enter("second")).empty());
}

TEST_P(ClaimConformance, OlderJobsComeFirst) {
    std::vector<JobId> expected;
    for (int i = 0; i < 5; ++i) {
        expected.push_back(insert());
        clock.advance(1ms);
    }

    EXPECT_EQ(ids_of(claim(2)), std::vector(expected.begin(), expected.begin() + 2));
    EXPECT_EQ(ids_of(claim(9)), std::vector(expected.begin() + 2, expected.end()));
}

TEST_P(ClaimConformance, APointOfPriorityIsWorthASecondOfWaiting) {
    const JobId plain = insert(job_in("default"));
    clock.advance(2s);
    const JobId slightly = insert(job_in("default", 1));
    const JobId clearly = insert(job_in("default", 3));

    EXPECT_EQ(ids_of(claim(3)), (std::vector{clearly, plain, slightly}));
}

TEST_P(ClaimConformance, ABetterRankComesFirstWhateverTheAge) {
    const JobId old = insert(job_in("default"));
    clock.advance(1min);
    const JobId urgent = insert(job_in("critical"));

    const ClaimRequest request{{{lane_of("default"), 1}, {lane_of("critical"), 0}}, 2};
    EXPECT_EQ(ids_of(claim(request)), (std::vector{urgent, old}));
}

TEST_P(ClaimConformance, LanesThatAreNotAskedForAreLeftAlone) {
    const JobId wanted = insert(job_in("default"));
    const JobId other = insert(job_in("other"));

    const ClaimRequest request{{{lane_of("default"), 0}}, 9};
    EXPECT_EQ(ids_of(claim(request)), std::vector{wanted});
    EXPECT_EQ(state_of(other), enqueued);
}

TEST_P(ClaimConformance, AnExpiredJobIsDeletedInsteadOfClaimed) {
    NewJob made = job();
    made.expires_at = clock.now() + 5s;
    insert(made);
    clock.advance(1s);
    const JobId fresh = insert();
    clock.advance(5s);

    EXPECT_EQ(ids_of(claim(1)), std::vector{fresh});
    EXPECT_EQ(std::get<Deleted>(find(made.id).state).reason, Reason::expired);
}

TEST_P(ClaimConformance, AServerThatHasLeftGetsNothing) {
    insert();
    servers.leave(server);

    const Exchanged exchanged = jobs.exchange(server, {}, anything(1));
    EXPECT_TRUE(exchanged.claimed.empty());
    EXPECT_FALSE(exchanged.server_is_live);
}

TEST_P(ClaimConformance, VeryManyExpiredJobsHinderNobodyForLong) {
    NewJob made = job();
    made.expires_at = clock.now() + 1s;
    insert_many(200, made);
    const JobId last = insert();
    clock.advance(1s);

    for (int i = 0; i < 200 && state_of(last) != processing; ++i)
        claim(1);
    EXPECT_EQ(state_of(last), processing);
    EXPECT_EQ(count_of(deleted), 200);
}

INSTANTIATE_TEST_SUITE_P(Databases, ClaimConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
