#include "host/execution/trial.hpp"

#include <gtest/gtest.h>

namespace jobhost::host {
namespace {

TEST(Trial, ThreeCrashesAmongTheFirstRunsAreEnoughAndToldOnce) {
    Trial trial{true};
    EXPECT_FALSE(trial.is_failed_by({}, Outcome::crashed));
    EXPECT_TRUE(trial.has_crashed());
    for (int i = 0; i < 10; ++i)
        EXPECT_FALSE(trial.is_failed_by({}, Outcome::succeeded));
    EXPECT_FALSE(trial.is_failed_by({}, Outcome::crashed));
    EXPECT_TRUE(trial.is_failed_by({}, Outcome::crashed));
    EXPECT_FALSE(trial.is_failed_by({}, Outcome::crashed));
}

TEST(Trial, LaterCrashesAndOtherFailuresAreTheJobs) {
    Trial trial{true};
    for (int i = 0; i < 20; ++i)
        EXPECT_FALSE(trial.is_failed_by({}, i % 2 == 0 ? Outcome::failed : Outcome::timed_out));
    EXPECT_FALSE(trial.has_crashed());
    for (int i = 0; i < 10; ++i)
        EXPECT_FALSE(trial.is_failed_by({}, Outcome::crashed));
}

TEST(Trial, WithoutABetterOneItGoesOn) {
    Trial trial{false};
    for (int i = 0; i < 10; ++i)
        EXPECT_FALSE(trial.is_failed_by({}, Outcome::crashed));
}

std::vector<storage::CrashedJob> taken_from(Trial& trial) {
    return trial.take_crashed([](JobId) { return true; });
}

TEST(Trial, RemembersWhatCrashesCostAsLongAsTheyMayBeRefunded) {
    Trial trial{true};
    trial.is_failed_by({.id = JobId{1}, .lease = Lease{5}, .crashes = 1}, Outcome::crashed);
    trial.is_failed_by({.id = JobId{1}, .lease = Lease{6}, .crashes = 2}, Outcome::crashed);
    trial.is_failed_by({.id = JobId{2}}, Outcome::succeeded);
    const auto crashed = taken_from(trial);
    ASSERT_EQ(crashed.size(), 1u);
    EXPECT_EQ(crashed[0].lease, Lease{6});
    EXPECT_EQ(crashed[0].crashes, 3);
    EXPECT_EQ(crashed[0].refunded, 2);
    EXPECT_TRUE(taken_from(trial).empty());

    trial.is_failed_by({.id = JobId{3}}, Outcome::crashed);
    for (int i = 0; i < 30; ++i)
        trial.is_failed_by({.id = JobId{4}}, Outcome::succeeded);
    EXPECT_EQ(taken_from(trial).size(), 1u) << "it has failed";
}

TEST(Trial, WhatHasStoodTheTestRefundsNothing) {
    Trial trial{true};
    trial.is_failed_by({.id = JobId{1}}, Outcome::crashed);
    for (int i = 0; i < 20; ++i)
        trial.is_failed_by({.id = JobId{2}}, Outcome::succeeded);
    trial.is_failed_by({.id = JobId{3}}, Outcome::crashed);
    EXPECT_TRUE(taken_from(trial).empty());
}

}  // namespace
}  // namespace jobhost::host
