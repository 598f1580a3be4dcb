#include "host/upkeep/server_lease.hpp"

#include "host/upkeep/heartbeat.hpp"
#include "host/upkeep/lease_watch.hpp"
#include "tests/host/sync/manual_boot_clock.hpp"
#include "tests/host/upkeep/fake_servers.hpp"

#include <gtest/gtest.h>

#include <string>

namespace jobhost::host {
namespace {

using namespace std::chrono_literals;

struct LeaseTest : testing::Test {
    test::ManualBootClock clock;
    test::FakeServers servers;
    ServerLease lease{clock, clock.now()};
    int renewed = 0;
    int refused = 0;
    Heartbeat heartbeat{servers, ServerId{1}, lease, clock, {[this] { ++renewed; }, [this] { ++refused; }}};
    std::vector<std::string> done;
    LeaseWatch watch{lease, {[this] { done.push_back("cancel"); }, [this] { done.push_back("kill"); }}};

    LeaseTest() { servers.add(1); }
};

TEST_F(LeaseTest, RunsDownInThreeSteps) {
    EXPECT_EQ(lease.stage(), LeaseStage::held);
    clock.advance(10s - 1ns);
    EXPECT_EQ(lease.stage(), LeaseStage::held);
    clock.advance(1ns);
    EXPECT_EQ(lease.stage(), LeaseStage::waning);
    EXPECT_FALSE(lease.may_begin());
    clock.advance(6s);
    EXPECT_EQ(lease.stage(), LeaseStage::failing);
    clock.advance(3s);
    EXPECT_EQ(lease.stage(), LeaseStage::lost);
    EXPECT_GT(lease.deadline(), clock.now()) << "there is time to kill before nobody may live";
}

TEST_F(LeaseTest, IsCountedFromBeforeTheBeatWasSent) {
    const BootTime sent = clock.now();
    servers.before_answer = [&] { clock.advance(12s); };

    EXPECT_EQ(heartbeat.run_once(), Duration{}) << "the next one is overdue";

    EXPECT_EQ(lease.deadline(), sent + 20s);
    EXPECT_EQ(lease.stage(), LeaseStage::waning);
    EXPECT_EQ(renewed, 1);
}

TEST_F(LeaseTest, ABeatIsSentEveryFiveSeconds) {
    servers.before_answer = [&] { clock.advance(1s); };

    EXPECT_EQ(heartbeat.run_once(), Duration{4s});

    EXPECT_EQ(servers.at(1).beat, 1);
    EXPECT_EQ(servers.at(1).lease, kServerLease) << "observers count by what the holder counts by";
}

TEST_F(LeaseTest, ABeatThatFailedRenewsNothing) {
    servers.is_away = true;
    clock.advance(11s);

    EXPECT_THROW(heartbeat.run_once(), storage::StorageError);

    EXPECT_EQ(lease.stage(), LeaseStage::waning);
    EXPECT_EQ(renewed + refused, 0) << "nobody knows";
}

TEST_F(LeaseTest, AServerThatWasDeclaredDeadIsToldSo) {
    servers.at(1).state = storage::ServerState::dead;
    clock.advance(11s);

    EXPECT_FALSE(heartbeat.beat());

    EXPECT_EQ(refused, 1);
    EXPECT_EQ(lease.stage(), LeaseStage::waning);
}

TEST_F(LeaseTest, AnAnswerThatIsLateDoesNotMoveTheDeadlineBack) {
    const BootTime early = clock.now();
    clock.advance(5s);
    lease.renew(clock.now());
    const BootTime deadline = lease.deadline();

    lease.renew(early);

    EXPECT_EQ(lease.deadline(), deadline);
}

TEST_F(LeaseTest, RunningJobsAreCancelledAndThenKilledOnce) {
    const auto pass = [&](BootTime time) {
        clock.advance(time);
        watch.run_once();
        watch.run_once();
        return done;
    };
    EXPECT_EQ(pass(15s), (std::vector<std::string>{}));
    EXPECT_EQ(pass(1s), (std::vector<std::string>{"cancel"}));
    EXPECT_EQ(pass(3s), (std::vector<std::string>{"cancel", "kill"}));
}

TEST_F(LeaseTest, AMachineThatSleptThroughTheLeaseKillsAtOnce) {
    clock.advance(1h);
    watch.run_once();
    EXPECT_EQ(done, (std::vector<std::string>{"kill"}));
}

TEST_F(LeaseTest, ARenewedLeaseRunsDownAnew) {
    clock.advance(16s);
    watch.run_once();
    heartbeat.beat();
    watch.run_once();
    EXPECT_EQ(done, (std::vector<std::string>{"cancel"}));

    clock.advance(16s);
    watch.run_once();
    EXPECT_EQ(done, (std::vector<std::string>{"cancel", "cancel"}));
}

TEST_F(LeaseTest, IsLookedAtWhenTheNextStepIsDueAndAtLeastEverySecond) {
    EXPECT_EQ(watch.run_once(), Duration{1s});
    clock.advance(9'900ms);
    EXPECT_EQ(watch.run_once(), Duration{100ms});
    clock.advance(1h);
    EXPECT_EQ(watch.run_once(), Duration{1s});
}

}  // namespace
}  // namespace jobhost::host
