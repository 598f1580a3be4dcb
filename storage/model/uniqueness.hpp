// At most one job for one key.
#pragma once

#include "storage/model/time.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace jobhost {

// For how long a job keeps its key to itself. Stored in policies and shown in JSON: DO NOT RENAME OR REORDER.
enum class HeldWhile : std::uint8_t {
    queued,          // while enqueued or scheduled, until it is first claimed
    until_started,   // the same, and while awaiting
    until_finished,  // until it is final, retries included
    window,          // for a time after it was handed in, whatever becomes of it
};
// What happens to a second job with the same key.
enum class OnConflict : std::uint8_t {
    skip,     // it is not inserted; the answer names the first
    replace,  // the first one gets its arguments, policy, priority, instant and delay, if never claimed
    extend,   // the first one gets its instant and delay, if never claimed
    fail,     // the whole submission is refused
};

inline constexpr std::array<std::string_view, 4> kHeldWhileNames{"queued", "until_started", "until_finished",
                                                                 "window"};
inline constexpr std::array<std::string_view, 4> kOnConflictNames{"skip", "replace", "extend", "fail"};

constexpr std::string_view to_string(HeldWhile held) noexcept {
    return kHeldWhileNames[static_cast<std::size_t>(held)];
}
constexpr std::string_view to_string(OnConflict conflict) noexcept {
    return kOnConflictNames[static_cast<std::size_t>(conflict)];
}

// A shorter window would be over before a second job could be kept out by it.
inline constexpr Duration kMinUniqueWindow = std::chrono::seconds{1};
inline constexpr std::size_t kMaxKeySize = 1000;  // bytes, of what a unique key is made of

struct Unique {
    std::string key;  // within its job type
    HeldWhile held = HeldWhile::until_finished;
    Duration window{};  // with HeldWhile::window; kMinUniqueWindow or more
    OnConflict on_conflict = OnConflict::skip;
    friend bool operator==(const Unique&, const Unique&) = default;
};

}  // namespace jobhost
