#include "host/upkeep/neighbours.hpp"

#include "tests/host/sync/manual_boot_clock.hpp"
#include "tests/host/upkeep/fake_servers.hpp"

#include <gtest/gtest.h>

namespace jobhost::host {
namespace {

using namespace std::chrono_literals;

// Server 1 is our own, server 2 the other one.
struct NeighboursTest : testing::Test {
    test::ManualBootClock clock;
    test::FakeServers servers;
    int recovered = 0;
    std::vector<BootTime> alone;
    bool may_judge = true;
    Neighbours neighbours{servers,
                          ServerId{1},
                          clock,
                          {.recovered = [this] { ++recovered; },
                           .may_judge = [this] { return may_judge; },
                           .alone = [this](BootTime asked) { alone.push_back(asked); }}};

    NeighboursTest() {
        servers.add(1);
        servers.add(2);
    }
    // Reads now, and then again and again for so long.
    void watch_for(BootTime time, BootTime step = 3s) {
        neighbours.run_once();
        for (const BootTime end = clock.now() + time; clock.now() < end;) {
            clock.advance(std::min(step, end - clock.now()));
            neighbours.run_once();
        }
    }
};

TEST_F(NeighboursTest, AServerThatBeatsIsLeftAlone) {
    servers.jobs[ServerId{2}] = 1;
    for (int i = 0; i < 20; ++i) {
        neighbours.run_once();
        clock.advance(3s);
        if (i % 2 == 0) ++servers.at(2).beat;
    }
    EXPECT_FALSE(servers.is_dead(2));
    EXPECT_EQ(servers.jobs[ServerId{2}], 1u);
}

TEST_F(NeighboursTest, AServerThatIsSilentForItsLeaseIsDeclaredDeadAndItsJobsRunAgain) {
    servers.jobs[ServerId{2}] = 1200;
    watch_for(20s - 1us);
    EXPECT_FALSE(servers.is_dead(2));

    clock.advance(1us);
    neighbours.run_once();

    EXPECT_TRUE(servers.is_dead(2));
    EXPECT_EQ(servers.jobs[ServerId{2}], 0u);
    EXPECT_EQ(servers.recoveries, (std::vector<std::size_t>{500, 500, 200})) << "in chunks";
    EXPECT_EQ(recovered, 1);
}

TEST_F(NeighboursTest, TheSilentOnesOwnLeaseCounts) {
    servers.at(2).lease = 40s;
    watch_for(39s);
    EXPECT_FALSE(servers.is_dead(2));
    watch_for(1s);
    EXPECT_TRUE(servers.is_dead(2));
}

TEST_F(NeighboursTest, AGapBetweenTwoReadsRestartsTheCount) {
    watch_for(15s);
    clock.advance(6s + 1ns);
    watch_for(19s);
    EXPECT_FALSE(servers.is_dead(2)) << "perhaps it could not beat meanwhile, either";
    watch_for(1s);
    EXPECT_TRUE(servers.is_dead(2));
}

TEST_F(NeighboursTest, ReadsThatFailAreAGapWhenTheyGoOn) {
    watch_for(15s);
    servers.is_away = true;
    for (int i = 0; i < 3; ++i) {
        EXPECT_THROW(neighbours.run_once(), storage::StorageError);
        clock.advance(3s);
    }
    servers.is_away = false;
    watch_for(3s);
    EXPECT_FALSE(servers.is_dead(2));
}

TEST_F(NeighboursTest, OneReadThatFailsIsNoGap) {
    watch_for(18s);
    servers.is_away = true;
    EXPECT_THROW(neighbours.run_once(), storage::StorageError);
    servers.is_away = false;
    clock.advance(2s);
    neighbours.run_once();
    EXPECT_TRUE(servers.is_dead(2));
}

TEST_F(NeighboursTest, AReadThatHungIsAGap) {
    watch_for(15s);
    servers.before_answer = [&] { clock.advance(7s); };
    neighbours.run_once();
    servers.before_answer = [] {};
    watch_for(12s);
    EXPECT_FALSE(servers.is_dead(2)) << "nobody knows when the row was read";
    EXPECT_TRUE(servers.recoveries.empty());
}

TEST_F(NeighboursTest, TimeBeforeTheFirstAnswerDoesNotCount) {
    servers.before_answer = [&] {
        clock.advance(5s);
        servers.before_answer = [] {};
    };
    watch_for(19s);
    EXPECT_FALSE(servers.is_dead(2));
}

TEST_F(NeighboursTest, WhoseOwnBeatsDoNotGetThroughCountsNobodysSilence) {
    watch_for(12s);
    may_judge = false;
    watch_for(12s);
    EXPECT_FALSE(servers.is_dead(2));

    may_judge = true;
    watch_for(19s);
    EXPECT_FALSE(servers.is_dead(2)) << "the count began anew";
    watch_for(3s);
    EXPECT_TRUE(servers.is_dead(2));
}

TEST_F(NeighboursTest, ABeatInTheLastMomentWins) {
    servers.jobs[ServerId{2}] = 1;
    servers.before_declaration = [&] { ++servers.at(2).beat; };

    watch_for(20s);

    EXPECT_FALSE(servers.is_dead(2));
    EXPECT_EQ(servers.jobs[ServerId{2}], 1u);
    servers.before_declaration = [] {};
    watch_for(19s);
    EXPECT_FALSE(servers.is_dead(2)) << "the count began anew";
    watch_for(1s);
    EXPECT_TRUE(servers.is_dead(2));
}

TEST_F(NeighboursTest, ARecoveryThatBrokeOffGoesOn) {
    servers.jobs[ServerId{2}] = 700;
    watch_for(18s);
    clock.advance(2s);
    int questions = 0;  // list, declare, stranded, recover
    servers.before_answer = [&] { servers.is_away = ++questions == 5; };
    EXPECT_THROW(neighbours.run_once(), storage::StorageError);
    EXPECT_EQ(servers.jobs[ServerId{2}], 200u);

    servers.before_answer = [] {};
    servers.is_away = false;
    neighbours.run_once();

    EXPECT_EQ(servers.jobs[ServerId{2}], 0u);
    EXPECT_EQ(recovered, 1);
}

TEST_F(NeighboursTest, JobsOfServersThatAreNotLiveAreRecoveredWheneverSeen) {
    servers.at(2).state = storage::ServerState::stopped;
    servers.jobs[ServerId{2}] = 1;
    neighbours.run_once();
    EXPECT_EQ(servers.jobs[ServerId{2}], 0u);
}

TEST_F(NeighboursTest, OurOwnAreNotOursToRecover) {
    servers.at(1).state = storage::ServerState::dead;
    servers.jobs[ServerId{1}] = 1;
    neighbours.run_once();
    EXPECT_EQ(servers.jobs[ServerId{1}], 1u);
}

TEST_F(NeighboursTest, KnowsWhenItIsAlone) {
    neighbours.run_once();
    EXPECT_TRUE(alone.empty());

    servers.at(2).state = storage::ServerState::stopped;
    const BootTime asked = clock.now();
    servers.before_answer = [&] { clock.advance(1s); };
    neighbours.run_once();
    EXPECT_EQ(alone, (std::vector<BootTime>{asked}));

    servers.at(1).state = storage::ServerState::dead;
    neighbours.run_once();
    EXPECT_EQ(alone.size(), 1u) << "who is dead is not alone";
}

TEST_F(NeighboursTest, ReadsEveryThreeSecondsAndWhenASilenceIsLongEnough) {
    EXPECT_EQ(neighbours.run_once(), Duration{3s});
    clock.advance(3s);
    neighbours.run_once();
    for (int i = 0; i < 3; ++i) {
        clock.advance(5s);
        neighbours.run_once();
    }
    clock.advance(1500ms);
    EXPECT_EQ(neighbours.run_once(), Duration{500ms});
}

}  // namespace
}  // namespace jobhost::host
