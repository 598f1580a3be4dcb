#include "tests/storage/conformance/conformance.hpp"

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class RecoveryConformance : public StorageConformance {};

TEST_P(RecoveryConformance, NothingGoesFromALiveServer) {
    const JobId id = insert();
    claim_one();
    EXPECT_EQ(servers.recover(server, 9), 0u);
    EXPECT_EQ(state_of(id), processing);
    EXPECT_TRUE(servers.stranded(9).empty());
}

TEST_P(RecoveryConformance, AJobKeepsItsAttemptAndItsPlace) {
    const JobId first = insert();
    const TimePoint since = clock.now();
    clock.advance(1s);
    insert();
    claim_one();
    servers.declare_dead("first");
    clock.advance(1s);
    servers.recover(server, 9);

    const Job found = find(first);
    EXPECT_EQ(found.attempt, 1);
    EXPECT_EQ(found.recoveries, 1);
    EXPECT_EQ(std::get<Enqueued>(found.state).since, since);
    const ClaimedJob again = claim(1, enter("second")).at(0);
    EXPECT_EQ(again.id, first);
    EXPECT_EQ(again.attempt, 2);
    EXPECT_EQ(again.crashes, 0);
}

TEST_P(RecoveryConformance, AServerThatLeftWithJobsIsRecoveredToo) {
    insert();
    claim_one();
    servers.leave(server);
    EXPECT_EQ(servers.stranded(9), std::vector{server});
    EXPECT_EQ(servers.recover(server, 9), 1u);
}

TEST_P(RecoveryConformance, AServerThatNobodyKnowsHoldsNothing) {
    EXPECT_EQ(servers.recover(ServerId{4711}, 9), 0u);
    EXPECT_EQ(servers.recover(ServerId{}, 9), 0u);
}

TEST_P(RecoveryConformance, ALimitOfZeroMovesNothing) {
    insert();
    claim_one();
    servers.declare_dead("first");
    EXPECT_EQ(servers.recover(server, 0), 0u);
    EXPECT_TRUE(servers.stranded(0).empty());
    EXPECT_EQ(servers.stranded(9).size(), 1u);
}

TEST_P(RecoveryConformance, OnlyItsOwnJobsGo) {
    insert_many(3);
    const ServerId other = enter("second");
    const ClaimedJob ours = claim_one();
    claim(2, other);
    servers.declare_dead("second");

    EXPECT_EQ(servers.recover(other, 9), 2u);
    EXPECT_EQ(state_of(ours.id), processing);
    EXPECT_EQ(settle(success_of(ours)), Moved::yes);
}

TEST_P(RecoveryConformance, OnlyWhatIsRunningGoes) {
    insert_many(4);
    const auto runs = claim(4);
    const std::vector batch{success_of(runs[0]), failure_of(runs[1]), retry_of(runs[2], 1h)};
    jobs.exchange(server, batch, {});
    servers.declare_dead("first");
    EXPECT_EQ(servers.recover(server, 9), 1u);
    EXPECT_EQ(state_of(runs[0].id), succeeded);
    EXPECT_EQ(state_of(runs[1].id), failed);
    EXPECT_EQ(state_of(runs[2].id), scheduled);
}

TEST_P(RecoveryConformance, TwoObserversRecoverEachJobOnce) {
    insert_many(5);
    claim(5);
    const auto other = database->open(clock);
    servers.declare_dead("first");
    EXPECT_EQ(servers.recover(server, 3) + other->servers().recover(server, 3), 5u);
    EXPECT_EQ(servers.recover(server, 3) + other->servers().recover(server, 3), 0u);
    for (const ClaimedJob& run : claim(9, enter("second")))
        EXPECT_EQ(run.recoveries, 1);
}

TEST_P(RecoveryConformance, WhoeverDiedIsStrandedWhileItHoldsJobs) {
    insert_many(4);
    std::vector<ServerId> dead;
    for (const char* incarnation : {"a", "b", "c"}) {
        dead.push_back(enter(incarnation));
        claim(1, dead.back());
        servers.declare_dead(incarnation);
    }
    claim(1);
    EXPECT_EQ(servers.stranded(9), dead);
    EXPECT_EQ(servers.stranded(2).size(), 2u);
    servers.recover(dead[1], 9);
    EXPECT_EQ(servers.stranded(9), (std::vector{dead[0], dead[2]}));
}

TEST_P(RecoveryConformance, ADeadServerWithoutJobsIsNotStranded) {
    insert();
    const ClaimedJob run = claim_one();
    servers.declare_dead("first");
    settle(success_of(run));
    EXPECT_TRUE(servers.stranded(9).empty());
}

TEST_P(RecoveryConformance, WhenEveryHostDiedANewcomerRecoversAll) {
    insert_many(6);
    const ServerId second = enter("second");
    claim(4);
    claim(2, second);
    storage.reset();  // and with it the last program that had the database open

    const auto later = database->open(clock);
    const ServerId newcomer = later->servers().enter({.incarnation = "third", .name = "third"}, {});
    for (const ServerInfo& info : later->servers().list())
        if (info.id != newcomer) {
            EXPECT_TRUE(later->servers().declare_dead(info.id, info.beat));
        }
    for (const ServerId stranded : later->servers().stranded(9))
        later->servers().recover(stranded, 9);
    ClaimRequest request{{}, 9};
    for (const Lane& lane : later->jobs().lanes())
        request.lanes.push_back({lane.id, 0});
    EXPECT_EQ(later->jobs().exchange(newcomer, {}, request).claimed.size(), 6u);
    EXPECT_TRUE(later->servers().stranded(9).empty());
}

TEST_P(RecoveryConformance, AServerThatDiesAfterItsRecoveryIsRecoveredAgain) {
    const JobId id = insert();
    for (int i = 1; i <= 3; ++i) {
        const std::string incarnation = "host " + std::to_string(i);
        const ServerId next = enter(incarnation);
        EXPECT_EQ(claim(1, next).at(0).recoveries, i - 1);
        servers.declare_dead(incarnation);
        EXPECT_EQ(servers.recover(next, 9), 1u);
        EXPECT_EQ(find(id).recoveries, i);
    }
    EXPECT_EQ(queries.events(id).size(), 3u);
}

TEST_P(RecoveryConformance, TheRecoveredLeaseIsWorthNothing) {
    const JobId id = insert();
    const ClaimedJob old = claim_one();
    const ServerId second = enter("second");
    servers.declare_dead("first");
    servers.recover(server, 9);
    const ClaimedJob again = claim(1, second).at(0);

    EXPECT_EQ(settle(success_of(old)), Moved::lost);
    EXPECT_EQ(settle(success_of(old), second), Moved::lost);
    EXPECT_EQ(settle(success_of(again)), Moved::lost) << "by the dead one";
    EXPECT_EQ(settle(success_of(again), second), Moved::yes);
    EXPECT_EQ(state_of(id), succeeded);
}

INSTANTIATE_TEST_SUITE_P(Databases, RecoveryConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
