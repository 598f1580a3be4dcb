#include "storage/model/cron.hpp"
#include "storage/model/cron_search.hpp"
#include "storage/model/zone.hpp"

#include <algorithm>

namespace jobhost {
namespace {

using cctz::civil_second;
using Instant = cctz::time_point<cctz::seconds>;
using Lookup = cctz::time_zone::civil_lookup;

constexpr cctz::seconds kSecond{1};
constexpr Instant kFirst{cctz::seconds{civil_second(kFirstCronYear) - civil_second(1970)}};
constexpr Instant kLast{cctz::seconds{civil_second(kLastCronYear + 1) - civil_second(1970) - 1}};

// The stretch [begin, end) of the clock that a change at `at` repeats or skips.
struct Stretch {
    civil_second begin;
    civil_second end;
};
Stretch repeated_at(Instant at, const cctz::time_zone& zone) {
    return {zone.lookup(at).cs, zone.lookup(at - kSecond).cs + 1};
}
Stretch skipped_at(Instant at, const cctz::time_zone& zone) {
    return {zone.lookup(at - kSecond).cs + 1, zone.lookup(at).cs};
}

// Walks one zone's wall clock for one pattern. Of a local time cctz tells whether it comes once, twice (`pre`
// and `post`, around `trans`) or never (`trans` is the first instant after the gap).
class ZonedSearch {
public:
    ZonedSearch(const CronPattern& pattern, const cctz::time_zone& zone) : pattern_(pattern), zone_(zone) {}

    // `counts_gap`: what a gap that ends at `from` has swallowed is due there.
    std::optional<Instant> first_from(Instant from, bool counts_gap) const {
        const civil_second now = zone_.lookup(from).cs;
        const Lookup here = zone_.lookup(now);
        if (here.kind == Lookup::REPEATED)
            return first_from_within(repeated_at(here.trans, zone_), here, from, now);
        if (!counts_gap) return first_outside(now);
        const Lookup before = zone_.lookup(now - 1);
        return first_outside(before.kind == Lookup::SKIPPED ? skipped_at(before.trans, zone_).begin : now);
    }

    std::optional<Instant> last_until(Instant until) const {
        const civil_second now = zone_.lookup(until).cs;
        const Lookup here = zone_.lookup(now);
        if (here.kind != Lookup::REPEATED || until < here.trans) return last_outside(now, here.kind);
        const Stretch repeated = repeated_at(here.trans, zone_);
        if (pattern_.is_interval) {
            const auto found = last_match(pattern_, now);
            if (found && *found >= repeated.begin) return until - cctz::seconds{now - *found};
        }
        return last_outside(repeated.end - 1, here.kind);
    }

private:
    // `now` is shown twice, and this is one of both.
    std::optional<Instant> first_from_within(const Stretch& repeated, const Lookup& here, Instant from,
                                             civil_second now) const {
        const auto match_from = [&](civil_second time) -> std::optional<civil_second> {
            const auto found = first_match(pattern_, time);
            return found && *found < repeated.end ? found : std::nullopt;
        };
        const bool is_first_time = from < here.trans;
        if (is_first_time)
            if (const auto found = match_from(now)) return from + cctz::seconds{*found - now};
        if (pattern_.is_interval)
            if (const auto found = match_from(is_first_time ? repeated.begin : now))
                return here.trans + cctz::seconds{*found - repeated.begin};
        return first_outside(repeated.end);
    }

    std::optional<Instant> first_outside(civil_second from) const {
        const auto found = first_match(pattern_, from);
        if (!found) return std::nullopt;
        const Lookup there = zone_.lookup(*found);
        return there.kind == Lookup::SKIPPED ? there.trans : there.pre;
    }

    // From `until` on backwards. If the clock shows that time twice, we stand in the first of both.
    std::optional<Instant> last_outside(civil_second until, Lookup::civil_kind kind) const {
        const auto found = last_match(pattern_, until);
        if (!found) return std::nullopt;
        const Lookup there = zone_.lookup(*found);
        if (there.kind == Lookup::SKIPPED) return there.trans;
        const bool is_behind = kind != Lookup::REPEATED || there.trans < zone_.lookup(until).trans;
        return pattern_.is_interval && is_behind ? there.post : there.pre;
    }

    const CronPattern& pattern_;
    const cctz::time_zone& zone_;
};

TimePoint to_time_point(Instant instant) {
    return TimePoint{instant.time_since_epoch()};
}

std::string minute_text(civil_second time) {
    return cctz::format("%Y-%m-%d %H:%M", cctz::convert(time, cctz::utc_time_zone()), cctz::utc_time_zone());
}

}  // namespace

std::optional<TimePoint> Cron::next(TimePoint after, Bound bound) const {
    if (!ever_fires_) return std::nullopt;
    after = std::max(after, to_time_point(kFirst - kSecond));
    const Instant floor = std::chrono::floor<cctz::seconds>(after);
    const bool answers_itself = bound == Bound::inclusive && to_time_point(floor) == after;
    const Instant from = answers_itself ? floor : floor + kSecond;
    if (from > kLast) return std::nullopt;
    const auto found = ZonedSearch(pattern_, *zone_).first_from(std::max(from, kFirst), !answers_itself);
    return found ? std::optional{to_time_point(*found)} : std::nullopt;
}

std::optional<TimePoint> Cron::previous(TimePoint before, Bound bound) const {
    if (!ever_fires_) return std::nullopt;
    before = std::min(before, to_time_point(kLast + kSecond));
    const Instant until = bound == Bound::inclusive ? std::chrono::floor<cctz::seconds>(before)
                                                    : std::chrono::ceil<cctz::seconds>(before) - kSecond;
    if (until < kFirst) return std::nullopt;
    const auto found = ZonedSearch(pattern_, *zone_).last_until(std::min(until, kLast));
    return found ? std::optional{to_time_point(*found)} : std::nullopt;
}

std::optional<ClockChange> Cron::clock_change(TimePoint due) const {
    const Instant at = std::chrono::floor<cctz::seconds>(due);
    const civil_second now = zone_->lookup(at).cs;
    const Lookup here = zone_->lookup(now);
    const auto change = [](ClockChange::Kind kind, const Stretch& stretch) {
        return ClockChange{kind, minute_text(stretch.begin), minute_text(stretch.end)};
    };
    if (here.kind == Lookup::REPEATED) {
        using enum ClockChange::Kind;
        const auto kind = !pattern_.is_interval ? repeated_once
                          : at < here.trans     ? repeated_first
                                                : repeated_second;
        return change(kind, repeated_at(here.trans, *zone_));
    }
    const Lookup before = zone_->lookup(now - 1);
    if (before.kind != Lookup::SKIPPED) return std::nullopt;
    const Stretch gap = skipped_at(before.trans, *zone_);
    const auto swallowed = first_match(pattern_, gap.begin);
    if (!swallowed || *swallowed >= gap.end) return std::nullopt;
    return change(ClockChange::Kind::skipped, gap);
}

}  // namespace jobhost
