#include "storage/model/retry_policy.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace jobhost {
namespace {

using Seconds = std::chrono::duration<double>;

constexpr Seconds kLongest = std::chrono::days{36'525};  // 100 years: larger sums would overflow a time point

// `delay` within 0 and `longest`; a delay that is not a number counts as too long.
Duration bounded(Seconds delay, Seconds longest = kLongest) {
    if (!(delay < longest)) delay = longest;
    return std::chrono::round<Duration>(std::max(delay, Seconds{0}));
}

struct DelayBefore {
    int retry;
    double random;

    Duration operator()(const HangfireBackoff&) const {
        const double n = retry;
        return bounded(Seconds{std::pow(n - 1, 4) + 15 + std::floor(random * 30) * n});
    }
    Duration operator()(const FixedBackoff& backoff) const { return bounded(backoff.delay); }
    Duration operator()(const ListBackoff& backoff) const {
        if (backoff.delays.empty()) return Duration{0};
        const auto last = backoff.delays.size() - 1;
        return bounded(backoff.delays[std::min(static_cast<std::size_t>(retry - 1), last)]);
    }
    Duration operator()(const ExponentialBackoff& backoff) const {
        if (backoff.first <= Duration{0}) return Duration{0};
        const Seconds grown = Seconds{backoff.first} * std::pow(backoff.factor, retry - 1);
        const double variation = 1 + backoff.jitter * (2 * random - 1);
        return bounded(Seconds{bounded(grown, backoff.cap)} * variation);
    }
};

}  // namespace

std::optional<Duration> delay_before_retry(const RetryPolicy& policy, int retry, double random) {
    if (retry < 1 || retry > policy.attempts) return std::nullopt;
    constexpr double kBelowOne = 1 - std::numeric_limits<double>::epsilon();
    return std::visit(DelayBefore{retry, std::clamp(random, 0.0, kBelowOne)}, policy.backoff);
}

bool is_retried(const RetryPolicy& policy, std::string_view error_code) {
    const auto fits = [&](const std::string& pattern) {
        if (!pattern.ends_with('*')) return pattern == error_code;
        return error_code.starts_with(std::string_view{pattern}.substr(0, pattern.size() - 1));
    };
    if (std::any_of(policy.fail_on.begin(), policy.fail_on.end(), fits)) return false;
    return policy.retry_on.empty() || std::any_of(policy.retry_on.begin(), policy.retry_on.end(), fits);
}

}  // namespace jobhost
