#include "storage/model/schedule.hpp"

#include "storage/model/cron_search.hpp"
#include "storage/model/zone.hpp"

namespace jobhost {
namespace {

using Instant = cctz::time_point<cctz::seconds>;

constexpr auto kHorizon = std::chrono::days{36'525};  // 100 years
constexpr cctz::year_t kHorizonYears = 101;           // the same, as whole calendar years

// The first whole minute at or after `time`.
cctz::civil_minute minute_from(cctz::civil_second time) {
    const cctz::civil_minute minute(time);
    return time.second() == 0 ? minute : minute + 1;
}

// Walks one zone's wall clock for one pattern. Offsets change at `trans`: what lies before it was reached
// with the old offset, what lies behind it with the new one, and a repeated wall-clock time exists on both
// sides.
class Search {
public:
    Search(const CronPattern& pattern, const cctz::time_zone& zone, Instant after)
        : pattern_(pattern), zone_(zone), after_(after), end_(zone.lookup(after).cs.year() + kHorizonYears) {}

    std::optional<Instant> run() const {
        const cctz::civil_second now = zone_.lookup(after_).cs;
        cctz::civil_minute start = cctz::civil_minute(now) + 1;
        const auto here = zone_.lookup(now);
        if (here.kind == cctz::time_zone::civil_lookup::REPEATED) {
            // The repeated stretch [begin, end) of the clock: once up to trans, then again from trans on.
            const cctz::civil_second begin = zone_.lookup(here.trans).cs;
            const cctz::civil_second end = zone_.lookup(here.trans - cctz::seconds{1}).cs + 1;
            if (after_ < here.trans) {
                if (const auto found = pattern_.find(start, end_); found && *found < end)
                    return after_ + cctz::seconds{cctz::civil_second(*found) - now};
                start = minute_from(begin);
            }
            if (pattern_.is_interval) {
                if (const auto found = pattern_.find(start, end_); found && *found < end)
                    return here.trans + cctz::seconds{cctz::civil_second(*found) - begin};
            }
            start = minute_from(end);
        }
        return first_from(start);
    }

private:
    // `pre` is the first of a repeated time; a skipped time becomes the end of its gap.
    std::optional<Instant> first_from(cctz::civil_minute start) const {
        for (auto found = pattern_.find(start, end_); found; found = pattern_.find(*found + 1, end_)) {
            const auto there = zone_.lookup(cctz::civil_second(*found));
            const bool is_skipped = there.kind == cctz::time_zone::civil_lookup::SKIPPED;
            const Instant instant = is_skipped ? there.trans : there.pre;
            if (instant > after_) return instant;
        }
        return std::nullopt;
    }

    const CronPattern& pattern_;
    const cctz::time_zone& zone_;
    Instant after_;
    cctz::year_t end_;
};

}  // namespace

std::optional<TimePoint> Cron::next(TimePoint after) const {
    const auto zone = find_zone(time_zone_);
    if (!zone) return std::nullopt;  // parse() has seen it, so only an erased zone database comes here
    const CronPattern pattern{minutes_, hours_, days_, months_, weekdays_, is_interval_};
    const Instant floor{std::chrono::floor<cctz::seconds>(after.time_since_epoch())};
    const auto found = Search(pattern, *zone, floor).run();
    if (!found) return std::nullopt;
    const TimePoint due{found->time_since_epoch()};
    if (due - after > kHorizon) return std::nullopt;
    return due;
}

std::optional<TimePoint> Every::next(TimePoint after) const {
    if (period <= Duration{0}) return std::nullopt;
    TimePoint due = anchor;
    if (after >= anchor) due += ((after - anchor) / period + 1) * period;
    if (due - after > kHorizon) return std::nullopt;
    return due;
}

std::optional<TimePoint> next_due(const Schedule& schedule, TimePoint after) {
    return std::visit([after](const auto& one) { return one.next(after); }, schedule);
}

}  // namespace jobhost
