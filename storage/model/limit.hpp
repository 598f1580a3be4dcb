// How many jobs may run at once, or how often.
#pragma once

#include "storage/model/time.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace jobhost {

// A rate counts when runs are handed to workers, which begin some milliseconds later, or seconds where a
// worker has to be started, each after a delay of its own: an outside observer may see a few more begin in a
// stretch as long as the window. Stored in limits and shown in JSON: DO NOT RENAME OR REORDER.
enum class LimitKind : std::uint8_t {
    concurrent,      // at most `capacity` runs at the same time; 1 is a mutex
    fixed_window,    // at most `capacity` runs begin in each window, counted from the epoch
    sliding_window,  // at most `capacity` runs begin in any stretch as long as the window
    bucket,          // `capacity` runs at once, refilled evenly over the window
};
inline constexpr std::array<std::string_view, 4> kLimitKindNames{"concurrent", "fixed_window",
                                                                 "sliding_window", "bucket"};
constexpr std::string_view to_string(LimitKind kind) noexcept {
    return kLimitKindNames[static_cast<std::size_t>(kind)];
}
constexpr std::optional<LimitKind> parse_limit_kind(std::string_view text) noexcept {
    for (std::size_t i = 0; i < kLimitKindNames.size(); ++i)
        if (kLimitKindNames[i] == text) return static_cast<LimitKind>(i);
    return std::nullopt;
}

inline constexpr std::int64_t kMaxLimitCapacity = 1'000'000;
inline constexpr std::int64_t kMaxSlidingCapacity = 10'000;  // an instant is kept for each of these
inline constexpr Duration kMinLimitWindow = std::chrono::milliseconds{1};
inline constexpr Duration kMaxLimitWindow = std::chrono::days{365};
inline constexpr std::size_t kMaxLimitsOfJob = 8;

struct Limit {
    std::string name;
    LimitKind kind = LimitKind::concurrent;
    std::int64_t capacity = 1;  // for each key by itself
    Duration window{};          // of the kinds that have one
    friend bool operator==(const Limit&, const Limit&) = default;
};

// A job's claim to a slot. Each key of a limit has a capacity of its own; the empty one is a key like others.
struct LimitUse {
    std::string limit;
    std::string key;  // at most 200 bytes together with `limit`
    friend auto operator<=>(const LimitUse&, const LimitUse&) = default;
};

}  // namespace jobhost
