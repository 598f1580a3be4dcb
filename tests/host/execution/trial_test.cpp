#include "host/execution/trial.hpp"

#include <gtest/gtest.h>

namespace jobhost::host {
namespace {

TEST(Trial, ThreeCrashesAmongTheFirstRunsAreEnoughAndToldOnce) {
    Trial trial{true};
    EXPECT_FALSE(trial.is_failed_by(Outcome::crashed));
    EXPECT_TRUE(trial.has_crashed());
    for (int i = 0; i < 10; ++i)
        EXPECT_FALSE(trial.is_failed_by(Outcome::succeeded));
    EXPECT_FALSE(trial.is_failed_by(Outcome::crashed));
    EXPECT_TRUE(trial.is_failed_by(Outcome::crashed));
    EXPECT_FALSE(trial.is_failed_by(Outcome::crashed));
}

TEST(Trial, LaterCrashesAndOtherFailuresAreTheJobs) {
    Trial trial{true};
    for (int i = 0; i < 20; ++i)
        EXPECT_FALSE(trial.is_failed_by(i % 2 == 0 ? Outcome::failed : Outcome::timed_out));
    EXPECT_FALSE(trial.has_crashed());
    for (int i = 0; i < 10; ++i)
        EXPECT_FALSE(trial.is_failed_by(Outcome::crashed));
}

TEST(Trial, WithoutABetterOneItGoesOn) {
    Trial trial{false};
    for (int i = 0; i < 10; ++i)
        EXPECT_FALSE(trial.is_failed_by(Outcome::crashed));
}

}  // namespace
}  // namespace jobhost::host
