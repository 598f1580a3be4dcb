// When a recurring definition is due, and what happens to runs that come late or too soon after another.
#pragma once

#include "storage/model/calendar.hpp"
#include "storage/model/cron.hpp"
#include "storage/model/time.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace jobhost {

// Due at anchor + n * period, in real time; n counts from 0, so nothing is due before the anchor.
struct Every {
    Duration period{};   // at least one second
    TimePoint anchor{};  // the epoch unless the definition says `from`
    std::optional<TimePoint> next(TimePoint after) const;
    std::optional<TimePoint> previous(TimePoint before) const;
    friend bool operator==(const Every&, const Every&) = default;
};

// Due once.
struct At {
    TimePoint instant{};
    std::optional<TimePoint> next(TimePoint after) const;
    std::optional<TimePoint> previous(TimePoint before) const;
    friend bool operator==(const At&, const At&) = default;
};

// One rule of a schedule, and where it does not hold.
struct Recurrence {
    std::variant<Cron, Every, At> rule;
    std::optional<TimePoint> from{};   // nothing is due before
    std::optional<TimePoint> until{};  // nor from here on
    Duration jitter{};                 // runs start up to so much after the instant that they are for
    std::vector<Calendar> except{};    // nothing is due on their days

    std::optional<TimePoint> next(TimePoint after) const;
    std::optional<TimePoint> previous(TimePoint before) const;
    friend bool operator==(const Recurrence&, const Recurrence&) = default;
};

// What becomes of instants that no host was there for, when one comes. Stored by name: DO NOT RENAME.
enum class Missed : std::uint8_t { run_once, skip, run_all };
inline constexpr std::array<std::string_view, 3> kMissedNames{"run_once", "skip", "run_all"};
constexpr std::string_view to_string(Missed missed) noexcept {
    return kMissedNames[static_cast<std::size_t>(missed)];
}

// What becomes of a run while an earlier one of the same definition is not final, be it running, waiting or
// between two attempts. Stored by name: DO NOT RENAME.
enum class Overlap : std::uint8_t {
    allow,
    skip,     // it is left out
    queue,    // it waits until the earlier one has ended, however that ends
    replace,  // the same, and the earlier one is cancelled
};
inline constexpr std::array<std::string_view, 4> kOverlapNames{"allow", "skip", "queue", "replace"};
constexpr std::string_view to_string(Overlap overlap) noexcept {
    return kOverlapNames[static_cast<std::size_t>(overlap)];
}

// How many missed instants become runs at the most, and how many runs one transaction hands in.
inline constexpr int kMostCatchUps = 1000;

// An instant that several of its rules are due at is one instant. A value; thread-safe.
struct Schedule {
    Schedule() = default;
    // One rule and nothing else.
    Schedule(Cron rule) : recurrences{{.rule = std::move(rule)}} {}   // NOLINT(google-explicit-constructor)
    Schedule(Every rule) : recurrences{{.rule = std::move(rule)}} {}  // NOLINT(google-explicit-constructor)
    Schedule(At rule) : recurrences{{.rule = std::move(rule)}} {}     // NOLINT(google-explicit-constructor)

    std::vector<Recurrence> recurrences;  // at least one
    Missed missed = Missed::run_once;
    int catch_ups = kMostCatchUps;  // with Missed::run_all: the latest so many are made up for
    std::optional<Duration> grace;  // what is later than this is missed; nothing: see grace_at()
    Overlap overlap = Overlap::allow;

    // The due instant that comes next, and the one that was last, without the one that is given.
    std::optional<TimePoint> next(TimePoint after) const;
    std::optional<TimePoint> previous(TimePoint before) const;
    bool is_due(TimePoint instant) const;

    // How late a run for that due instant may be and is not missed: unless it is set, a minute or half of the
    // time to the next instant, whichever is less.
    Duration grace_at(TimePoint instant) const;
    // How long after a due instant its run is to start: at least 0, less than the jitter of the first rule
    // that is due then. Follows from `definition`, its name, and the instant; so it is the same on each host.
    Duration jitter_at(TimePoint instant, std::string_view definition) const;

    friend bool operator==(const Schedule&, const Schedule&) = default;
};

// A stretch of instants without a run, as no host was there in time.
struct MissedInstants {
    TimePoint first;
    TimePoint last;
    friend bool operator==(const MissedInstants&, const MissedInstants&) = default;
};

// The instants that a host makes up for when it finds `first` due at `now`, oldest first: those that are not
// missed, and of those that are, what the schedule says. However late it is, an instant after `seen_until` is
// not missed: it has come while the host was there. REQUIRES: `first` is due and not after `now`.
struct DueInstants {
    std::vector<TimePoint> instants;            // at most kMostCatchUps
    std::optional<TimePoint> next;              // from which on the rest is due
    std::optional<MissedInstants> missed = {};  // those that get no run, if there are any
};
DueInstants due_instants(const Schedule& schedule, TimePoint first, TimePoint now,
                         TimePoint seen_until = TimePoint::max());

}  // namespace jobhost
