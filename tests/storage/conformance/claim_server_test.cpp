#include "tests/storage/conformance/conformance.hpp"

namespace jobhost::storage {
namespace {

class ClaimServerConformance : public StorageConformance {
protected:
    void expect_nothing_for(ServerId ended) {
        const JobId id = insert();
        const Exchanged exchanged = jobs.exchange(ended, {}, anything(5));
        EXPECT_TRUE(exchanged.claimed.empty());
        EXPECT_FALSE(exchanged.server_is_live);
        EXPECT_EQ(state_of(id), enqueued);
    }
};

TEST_P(ClaimServerConformance, TwoServersShareWhatThereIs) {
    const ServerId other = enter("second");
    const auto ids = insert_many(6);
    const auto ours = claim(3);
    const auto theirs = claim(9, other);

    EXPECT_EQ(ids_of(ours), std::vector(ids.begin(), ids.begin() + 3));
    EXPECT_EQ(ids_of(theirs), std::vector(ids.begin() + 3, ids.end()));
    EXPECT_EQ(find(ids[0]).server, "name of first");
    EXPECT_EQ(find(ids[5]).server, "name of second");
}

TEST_P(ClaimServerConformance, ADeadServerGetsNothing) {
    servers.declare_dead("first");
    expect_nothing_for(server);
}

TEST_P(ClaimServerConformance, AServerThatHasLeftGetsNothingAfterwards) {
    servers.leave(server);
    expect_nothing_for(server);
}

TEST_P(ClaimServerConformance, AServerThatNobodyKnowsGetsNothing) {
    expect_nothing_for(ServerId{server.value + 1000});
    expect_nothing_for(ServerId{});
}

TEST_P(ClaimServerConformance, ALiveServerIsTold) {
    EXPECT_TRUE(jobs.exchange(server, {}, anything(1)).server_is_live);
    insert();
    EXPECT_TRUE(jobs.exchange(server, {}, anything(1)).server_is_live);
}

TEST_P(ClaimServerConformance, ADeadServerIsToldEvenWhenThereIsNothingToClaim) {
    servers.declare_dead("first");
    EXPECT_FALSE(jobs.exchange(server, {}, anything(1)).server_is_live);
    EXPECT_FALSE(jobs.exchange(server, {}, {}).server_is_live);
}

TEST_P(ClaimServerConformance, WhatADeadServerFinishedCountsUntilItIsRecovered) {
    const JobId id = insert();
    const ClaimedJob run = claim_one();
    servers.declare_dead("first");

    EXPECT_EQ(settle(success_of(run)), Moved::yes);
    EXPECT_EQ(servers.recover(server, 9), 0u);
    EXPECT_EQ(state_of(id), succeeded);
}

TEST_P(ClaimServerConformance, ADeadServerSettlesAndGetsNothingNew) {
    insert();
    const ClaimedJob run = claim_one();
    const JobId next = insert();
    servers.declare_dead("first");

    const Settlement done = success_of(run);
    const Exchanged exchanged = jobs.exchange(server, {&done, 1}, anything(1));
    EXPECT_EQ(exchanged.moved, std::vector{Moved::yes});
    EXPECT_FALSE(exchanged.server_is_live);
    EXPECT_TRUE(exchanged.claimed.empty());
    EXPECT_EQ(state_of(next), enqueued);
}

TEST_P(ClaimServerConformance, OneDeadServerHindersNoOther) {
    const ServerId other = enter("second");
    servers.declare_dead("first");
    insert();
    EXPECT_EQ(claim(1, other).size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Databases, ClaimServerConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
