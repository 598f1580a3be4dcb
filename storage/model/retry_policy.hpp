// When a failed run is tried again.
#pragma once

#include "storage/model/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace jobhost {

// Hangfire's delays: (n-1)^4 + 15 + random(0..29)*n seconds before retry n.
struct HangfireBackoff {
    friend bool operator==(const HangfireBackoff&, const HangfireBackoff&) = default;
};
struct FixedBackoff {
    Duration delay{};
    friend bool operator==(const FixedBackoff&, const FixedBackoff&) = default;
};
// delays[n-1] before retry n; the last one repeats. Never empty.
struct ListBackoff {
    std::vector<Duration> delays;
    friend bool operator==(const ListBackoff&, const ListBackoff&) = default;
};
// first * factor^(n-1), at most `cap`, then varied by up to +-`jitter` (0..1) of itself.
struct ExponentialBackoff {
    Duration first{};
    double factor = 2.0;
    Duration cap = std::chrono::hours{1};
    double jitter = 0.0;
    friend bool operator==(const ExponentialBackoff&, const ExponentialBackoff&) = default;
};
using Backoff = std::variant<HangfireBackoff, FixedBackoff, ListBackoff, ExponentialBackoff>;

// What becomes of a job whose retries are used up. Stored in policies: DO NOT RENAME.
enum class OnExhausted : std::uint8_t { fail, remove };

struct RetryPolicy {
    int attempts = 10;  // retries after the first run: 10 means at most 11 runs
    Backoff backoff = HangfireBackoff{};
    OnExhausted on_exhausted = OnExhausted::fail;
    // Patterns of error codes, in which a last `*` stands for any rest: "smtp.*". An error that fits
    // `fail_on`, or that fits nothing in a `retry_on` which is not empty, is not tried again. `fail_on` wins.
    std::vector<std::string> retry_on;
    std::vector<std::string> fail_on;
    friend bool operator==(const RetryPolicy&, const RetryPolicy&) = default;
};

// How long to wait before retry number `retry` (1 for the first); nothing when the policy allows no such
// retry. `random` is uniform in [0, 1) and the only randomness used.
std::optional<Duration> delay_before_retry(const RetryPolicy& policy, int retry, double random);

// Whether an error with this code may be tried again at all.
bool is_retried(const RetryPolicy& policy, std::string_view error_code);

}  // namespace jobhost
