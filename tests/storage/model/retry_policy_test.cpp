#include "storage/model/retry_policy.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace jobhost {
namespace {

using namespace std::chrono_literals;

constexpr double kAlmostOne = 0.999999;
constexpr Duration kHundredYears = std::chrono::days{36'525};

RetryPolicy with(Backoff backoff, int attempts = 1000) {
    return {.attempts = attempts, .backoff = std::move(backoff), .on_exhausted = OnExhausted::fail};
}

TEST(RetryPolicy, AllowsAsManyRetriesAsItHasAttempts) {
    const RetryPolicy policy{.attempts = 2, .backoff = FixedBackoff{1s}};

    EXPECT_EQ(delay_before_retry(policy, 1, 0), 1s);
    EXPECT_EQ(delay_before_retry(policy, 2, 0), 1s);
    EXPECT_EQ(delay_before_retry(policy, 3, 0), std::nullopt);
    EXPECT_EQ(delay_before_retry(policy, 0, 0), std::nullopt);
    EXPECT_EQ(delay_before_retry(policy, -1, 0), std::nullopt);
}

TEST(RetryPolicy, AllowsNoneWhenItHasNoAttempts) {
    EXPECT_EQ(delay_before_retry({.attempts = 0}, 1, 0), std::nullopt);
}

TEST(RetryPolicy, TenRetriesAreTheDefault) {
    EXPECT_NE(delay_before_retry({}, 10, 0), std::nullopt);
    EXPECT_EQ(delay_before_retry({}, 11, 0), std::nullopt);
}

TEST(HangfireBackoff, DelaysAreThoseOfHangfire) {
    const std::vector<std::pair<Duration, Duration>> expected{
        {15s, 44s},   {16s, 74s},     {31s, 118s},    {96s, 212s},    {271s, 416s},
        {640s, 814s}, {1311s, 1514s}, {2416s, 2648s}, {4111s, 4372s}, {6576s, 6866s},
    };

    for (int n = 1; n <= 10; ++n) {
        const auto& [shortest, longest] = expected[static_cast<std::size_t>(n - 1)];
        EXPECT_EQ(delay_before_retry({}, n, 0), shortest) << n;
        EXPECT_EQ(delay_before_retry({}, n, kAlmostOne), longest) << n;
    }
}

TEST(HangfireBackoff, RandomPartIsWholeSecondsTimesTheRetry) {
    EXPECT_EQ(delay_before_retry({}, 2, 0.5), 1s + 15s + 15s * 2);
    EXPECT_EQ(delay_before_retry({}, 2, 0.51), 1s + 15s + 15s * 2);
}

TEST(HangfireBackoff, NeverExceedsHundredYears) {
    const auto policy = with(HangfireBackoff{}, std::numeric_limits<int>::max());
    EXPECT_EQ(delay_before_retry(policy, std::numeric_limits<int>::max(), kAlmostOne), kHundredYears);
}

TEST(HangfireBackoff, RandomOutsideItsRangeIsBroughtBack) {
    EXPECT_EQ(delay_before_retry({}, 1, 1.0), 44s);
    EXPECT_EQ(delay_before_retry({}, 1, -1.0), 15s);
}

TEST(ListBackoff, LastDelayRepeats) {
    const auto policy = with(ListBackoff{{1s, 10s, 60s}});

    EXPECT_EQ(delay_before_retry(policy, 1, 0), 1s);
    EXPECT_EQ(delay_before_retry(policy, 3, 0), 60s);
    EXPECT_EQ(delay_before_retry(policy, 900, 0), 60s);
}

TEST(FixedBackoff, MayBeZero) {
    EXPECT_EQ(delay_before_retry(with(FixedBackoff{0s}), 1, 0.5), 0s);
}

TEST(FixedBackoff, KeepsItsMicroseconds) {
    EXPECT_EQ(delay_before_retry(with(FixedBackoff{1234567us}), 1, 0.5), 1234567us);
}

TEST(ExponentialBackoff, GrowsUpToItsCap) {
    const auto policy = with(ExponentialBackoff{.first = 10s, .factor = 3, .cap = 2min, .jitter = 0});

    EXPECT_EQ(delay_before_retry(policy, 1, 0.5), 10s);
    EXPECT_EQ(delay_before_retry(policy, 2, 0.5), 30s);
    EXPECT_EQ(delay_before_retry(policy, 3, 0.5), 90s);
    EXPECT_EQ(delay_before_retry(policy, 4, 0.5), 2min);
    EXPECT_EQ(delay_before_retry(policy, 1000, 0.5), 2min);
}

TEST(ExponentialBackoff, JitterVariesTheDelayBothWays) {
    const auto policy = with(ExponentialBackoff{.first = 100s, .factor = 2, .cap = 1h, .jitter = 0.2});

    EXPECT_EQ(delay_before_retry(policy, 1, 0), 80s);
    EXPECT_EQ(delay_before_retry(policy, 1, 0.5), 100s);
    EXPECT_GT(delay_before_retry(policy, 1, kAlmostOne), 119s);
}

TEST(ExponentialBackoff, NeverOverflows) {
    const auto policy =
        with(ExponentialBackoff{.first = kHundredYears, .factor = 1e300, .cap = kHundredYears, .jitter = 1},
             1'000'000);
    EXPECT_EQ(delay_before_retry(policy, 1'000'000, kAlmostOne), kHundredYears);
    EXPECT_EQ(delay_before_retry(policy, 1'000'000, 0), 0s);
}

TEST(ExponentialBackoff, ZeroStaysZero) {
    const auto policy =
        with(ExponentialBackoff{.first = 0s, .factor = 1e300, .cap = 1h, .jitter = 1}, 1'000'000);
    EXPECT_EQ(delay_before_retry(policy, 1'000'000, 0.5), 0s);
}

}  // namespace
}  // namespace jobhost
