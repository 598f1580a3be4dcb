#include "config/nearest_name.hpp"

#include <gtest/gtest.h>

#include <array>

namespace jobhost::config {
namespace {

constexpr std::array<std::string_view, 4> kKnown{"retry", "timeout", "kill_after", "type"};

TEST(NearestName, FindsLettersWrongMissingTooManyOrSwapped) {
    EXPECT_EQ(nearest_name("retri", kKnown), "retry");
    EXPECT_EQ(nearest_name("timout", kKnown), "timeout");
    EXPECT_EQ(nearest_name("tyype", kKnown), "type");
    EXPECT_EQ(nearest_name("tiemout", kKnown), "timeout");
    EXPECT_EQ(nearest_name("retries", kKnown), "retry");
}

TEST(NearestName, IgnoresCaseAndKindOfDash) {
    EXPECT_EQ(nearest_name("TIMEOUT", kKnown), "timeout");
    EXPECT_EQ(nearest_name("kill-after", kKnown), "kill_after");
}

TEST(NearestName, FindsANameInsideALongerOne) {
    EXPECT_EQ(nearest_name("execution_timeout_seconds", kKnown), "timeout");
}

TEST(NearestName, FindsNothingWhenNothingIsNear) {
    EXPECT_EQ(nearest_name("schedule", kKnown), std::nullopt);
    EXPECT_EQ(nearest_name("x", kKnown), std::nullopt);
    EXPECT_EQ(nearest_name("", kKnown), std::nullopt);
    EXPECT_EQ(nearest_name(std::string(200, 'x') + "retry", kKnown), std::nullopt);
    EXPECT_EQ(nearest_name("retry", {}), std::nullopt);
}

TEST(NearestName, IsAskedFor) {
    EXPECT_EQ(did_you_mean("retri", kKnown), "did you mean 'retry'?");
    EXPECT_EQ(did_you_mean("retri", kKnown, "; "), "; did you mean 'retry'?");
    EXPECT_EQ(did_you_mean("x", kKnown, "; "), "");
    EXPECT_EQ(did_you_mean("sqlite:"), "did you mean 'sqlite:'?");
    EXPECT_EQ(did_you_mean(""), "");
}

}  // namespace
}  // namespace jobhost::config
