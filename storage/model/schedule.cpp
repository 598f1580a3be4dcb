#include "storage/model/schedule.hpp"

#include <algorithm>

namespace jobhost {
namespace {

constexpr auto kHorizon = std::chrono::days{36'525};  // 100 years
constexpr Duration kLongestGrace = std::chrono::minutes{1};
constexpr Duration kTick{1};

// FNV-1a, then the end of MurmurHash3, which spreads what names have in common at their ends.
std::uint64_t spread(std::string_view name, TimePoint instant) {
    constexpr std::uint64_t kPrime = 1099511628211ULL;
    std::uint64_t hash = 14695981039346656037ULL;
    for (const char c : name)
        hash = (hash ^ static_cast<unsigned char>(c)) * kPrime;
    hash ^= static_cast<std::uint64_t>(instant.time_since_epoch().count());
    hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdULL;
    hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53ULL;
    return hash ^ (hash >> 33);
}

std::optional<Calendar::Stretch> excluded(const Recurrence& recurrence, TimePoint instant) {
    for (const Calendar& calendar : recurrence.except)
        if (const auto stretch = calendar.around(instant)) return stretch;
    return std::nullopt;
}

}  // namespace

std::optional<TimePoint> Every::next(TimePoint after) const {
    if (period <= Duration{0}) return std::nullopt;
    TimePoint due = anchor;
    if (after >= anchor) due += ((after - anchor) / period + 1) * period;
    if (due - after > kHorizon) return std::nullopt;
    return due;
}

std::optional<TimePoint> Every::previous(TimePoint before) const {
    if (period <= Duration{0} || before <= anchor) return std::nullopt;
    return anchor + (before - anchor - kTick) / period * period;
}

std::optional<TimePoint> At::next(TimePoint after) const {
    return after < instant ? std::optional{instant} : std::nullopt;
}

std::optional<TimePoint> At::previous(TimePoint before) const {
    return instant < before ? std::optional{instant} : std::nullopt;
}

// A range of days that nothing is due on is left at once, and each is met at most once.
std::optional<TimePoint> Recurrence::next(TimePoint after) const {
    if (from) after = std::max(after, *from - kTick);
    for (;;) {
        const auto due = std::visit([&](const auto& one) { return one.next(after); }, rule);
        if (!due || (until && *due >= *until)) return std::nullopt;
        const auto stretch = excluded(*this, *due);
        if (!stretch) return due;
        after = std::max(*due, stretch->end - kTick);
    }
}

std::optional<TimePoint> Recurrence::previous(TimePoint before) const {
    if (until) before = std::min(before, *until);
    for (;;) {
        const auto due = std::visit([&](const auto& one) { return one.previous(before); }, rule);
        if (!due || (from && *due < *from)) return std::nullopt;
        const auto stretch = excluded(*this, *due);
        if (!stretch) return due;
        before = std::min(*due, stretch->begin);
    }
}

std::optional<TimePoint> Schedule::next(TimePoint after) const {
    std::optional<TimePoint> earliest;
    for (const Recurrence& recurrence : recurrences)
        if (const auto due = recurrence.next(after); due && (!earliest || *due < *earliest)) earliest = due;
    return earliest;
}

std::optional<TimePoint> Schedule::previous(TimePoint before) const {
    std::optional<TimePoint> latest;
    for (const Recurrence& recurrence : recurrences)
        if (const auto due = recurrence.previous(before); due && (!latest || *due > *latest)) latest = due;
    return latest;
}

bool Schedule::is_due(TimePoint instant) const {
    return next(instant - kTick) == instant;
}

Duration Schedule::grace_at(TimePoint instant) const {
    if (grace) return *grace;
    const auto following = next(instant);
    return following ? std::min(kLongestGrace, (*following - instant) / 2) : kLongestGrace;
}

Duration Schedule::jitter_at(TimePoint instant, std::string_view definition) const {
    for (const Recurrence& recurrence : recurrences) {
        if (recurrence.next(instant - kTick) != instant) continue;
        if (recurrence.jitter <= Duration{0}) return Duration{0};
        return Duration{static_cast<Duration::rep>(spread(definition, instant) %
                                                   static_cast<std::uint64_t>(recurrence.jitter.count()))};
    }
    return Duration{0};
}

// Instants are walked over backwards, so that a host that slept for a year does not walk over that year.
DueInstants due_instants(const Schedule& schedule, TimePoint first, TimePoint now, TimePoint seen_until) {
    const auto is_missed = [&](TimePoint instant) {
        return instant <= seen_until && now - instant > schedule.grace_at(instant);
    };
    DueInstants due;
    due.next = schedule.next(now);
    const int most = schedule.missed == Missed::run_all ? schedule.catch_ups : 0;
    int missed = 0;
    std::optional<TimePoint> instant = schedule.previous(now + kTick);
    for (; instant && *instant >= first; instant = schedule.previous(*instant)) {
        if (is_missed(*instant) && missed++ >= most) break;
        due.instants.push_back(*instant);
    }
    if (instant && due.instants.empty() && *instant >= first && schedule.missed == Missed::run_once) {
        due.instants.push_back(*instant);
        instant = schedule.previous(*instant);
    }
    if (instant && *instant >= first) due.missed = {first, *instant};
    std::ranges::reverse(due.instants);
    if (due.instants.size() > kMostCatchUps) {
        due.next = due.instants[kMostCatchUps];
        due.instants.resize(kMostCatchUps);
    }
    return due;
}

}  // namespace jobhost
