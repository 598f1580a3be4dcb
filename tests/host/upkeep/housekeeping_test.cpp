#include "host/upkeep/housekeeping.hpp"

#include "tests/host/sync/manual_boot_clock.hpp"

#include <gtest/gtest.h>

namespace jobhost::host {
namespace {

using namespace std::chrono_literals;

// Counts what it is asked for; a purge has `rounds` rounds.
class CountingUpkeep final : public storage::UpkeepStore {
public:
    int rounds = 1;
    int purges = 0, count_purges = 0, folds = 0, recounts = 0, server_purges = 0;
    std::size_t surplus = 0;  // of definitions that keep only so many

    storage::Purged purge(storage::PurgePosition& position, std::size_t) override {
        ++purges;
        position.id = purges % rounds;
        return {.count = 1, .is_done = position.id == 0};
    }
    std::size_t purge_by_count(std::size_t limit) override {
        ++count_purges;
        const std::size_t count = std::min(limit, surplus);
        surplus -= count;
        return count;
    }
    std::size_t purge_servers() override { return static_cast<std::size_t>(++server_purges); }
    std::size_t fold_counters() override { return static_cast<std::size_t>(++folds); }
    bool recount() override {
        ++recounts;
        return true;
    }
};

struct HousekeepingTest : testing::Test {
    test::ManualBootClock clock;
    CountingUpkeep upkeep;
    Housekeeping housekeeping{upkeep, clock};
};

TEST_F(HousekeepingTest, LeavesAHostThatHasJustStartedToItsRealWork) {
    EXPECT_GT(housekeeping.run_once(), 1s);
    EXPECT_EQ(upkeep.purges + upkeep.folds + upkeep.recounts, 0);
}

TEST_F(HousekeepingTest, TakesASmallStepAtATimeWhileThereIsMore) {
    upkeep.rounds = 3;
    clock.advance(10s);

    EXPECT_LT(housekeeping.run_once(), 1s);
    EXPECT_LT(housekeeping.run_once(), 1s);
    EXPECT_GT(housekeeping.run_once(), 1s);
    EXPECT_EQ(upkeep.purges, 3);
    EXPECT_EQ(upkeep.server_purges, 1);
    EXPECT_EQ(upkeep.folds, 1);
}

TEST_F(HousekeepingTest, TakesTheSurplusOfDefinitionsInStepsToo) {
    upkeep.surplus = 700;
    clock.advance(10s);

    EXPECT_LT(housekeeping.run_once(), 1s);
    EXPECT_GT(housekeeping.run_once(), 1s);
    EXPECT_EQ(upkeep.surplus, 0u);
}

TEST_F(HousekeepingTest, DoesEachThingOnceInItsPeriod) {
    clock.advance(10s);
    housekeeping.run_once();
    housekeeping.run_once();
    EXPECT_EQ(upkeep.purges, 1);
    EXPECT_EQ(upkeep.folds, 1);

    clock.advance(1min);
    housekeeping.run_once();
    EXPECT_EQ(upkeep.purges, 2);
    EXPECT_EQ(upkeep.folds, 2);
    EXPECT_EQ(upkeep.recounts, 0);

    clock.advance(24h);
    housekeeping.run_once();
    EXPECT_EQ(upkeep.recounts, 1);
}

}  // namespace
}  // namespace jobhost::host
