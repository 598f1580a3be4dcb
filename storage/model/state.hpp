// Where a job stands, and what is known because it stands there.
//
// Each state is a struct with exactly the facts that exist in it: only a Processing job has a lease, only a
// Scheduled one has a due time. There is no job with a result that has not finished.
#pragma once

#include "storage/model/ids.hpp"
#include "storage/model/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace jobhost {

// Why a job is in its state. Stored in job.reason and shown in JSON. DO NOT RENAME OR RENUMBER.
enum class Reason : std::uint8_t {
    none = 0,
    parents = 10,  // awaiting
    batch = 11,
    limit = 12,
    delayed = 20,  // scheduled
    retry = 21,
    throttled = 22,  // awaiting, too
    rescheduled = 23,
    snoozed = 24,
    unreadable = 25,  // who claimed it cannot read its policy, which a newer jobhost has written
    exhausted = 50,   // failed
    fatal = 51,
    quarantined = 52,
    timed_out = 53,
    cancelled = 60,  // deleted
    expired = 61,
    by_person = 62,
    unmet = 63,
};
std::string_view to_string(Reason reason) noexcept;

struct Awaiting {
    Reason reason = Reason::none;
};
struct Scheduled {
    TimePoint due_at;
    Reason reason = Reason::delayed;
};
struct Enqueued {
    TimePoint since;
};
struct Processing {
    ServerId server;
    Lease lease;
    TimePoint claimed_at;
};
struct Succeeded {
    TimePoint started_at;
    TimePoint finished_at;
    std::string result;  // JSON; empty: none
};
struct Failed {
    TimePoint finished_at;
    Reason reason = Reason::exhausted;
};
struct Deleted {
    TimePoint finished_at;
    Reason reason = Reason::by_person;
};

using State = std::variant<Awaiting, Scheduled, Enqueued, Processing, Succeeded, Failed, Deleted>;

// Stored in job.state and shown in URLs. DO NOT RENAME OR REORDER: the order is that of State's alternatives.
enum class StateName : std::uint8_t { awaiting, scheduled, enqueued, processing, succeeded, failed, deleted };

inline constexpr std::array<std::string_view, std::variant_size_v<State>> kStateNames{
    "awaiting", "scheduled", "enqueued", "processing", "succeeded", "failed", "deleted",
};

constexpr StateName name_of(const State& state) noexcept {
    return static_cast<StateName>(state.index());
}

constexpr std::string_view to_string(StateName name) noexcept {
    return kStateNames[static_cast<std::size_t>(name)];
}

// Nothing, if `text` is no state's name.
constexpr std::optional<StateName> parse_state_name(std::string_view text) noexcept {
    for (std::size_t i = 0; i < kStateNames.size(); ++i)
        if (kStateNames[i] == text) return static_cast<StateName>(i);
    return std::nullopt;
}

// Nothing more happens to such a job by itself.
constexpr bool is_final(StateName name) noexcept {
    return name >= StateName::succeeded;
}

}  // namespace jobhost
