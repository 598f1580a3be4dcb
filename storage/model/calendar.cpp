#include "storage/model/calendar.hpp"

#include "storage/model/zone.hpp"

#include <algorithm>
#include <charconv>

namespace jobhost {
namespace {

using std::chrono::sys_days;
using std::chrono::year_month_day;

cctz::time_zone zone_of(const std::string& name) {
    const cctz::time_zone* zone = find_zone(name);
    return zone == nullptr ? cctz::utc_time_zone() : *zone;
}

sys_days day_of(const cctz::civil_day& day) {
    return sys_days{std::chrono::days{day - cctz::civil_day{1970}}};
}

// The first instant of a day; of one that the clock skips, the first one after it.
TimePoint begin_of(sys_days day, const cctz::time_zone& zone) {
    const cctz::civil_day civil = cctz::civil_day{1970} + day.time_since_epoch().count();
    const auto found = zone.lookup(cctz::civil_second{civil});
    const auto begin = found.kind == cctz::time_zone::civil_lookup::SKIPPED ? found.trans : found.pre;
    return TimePoint{begin.time_since_epoch()};
}

std::optional<int> number(std::string_view digits) {
    int value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{} || end != digits.data() + digits.size() || value < 0) return std::nullopt;
    return value;
}

std::optional<sys_days> parse_day(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
    const auto year = number(text.substr(0, 4));
    const auto month = number(text.substr(5, 2));
    const auto day = number(text.substr(8, 2));
    if (!year || !month || !day || *year < 1970) return std::nullopt;
    const year_month_day date{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                              std::chrono::day{static_cast<unsigned>(*day)}};
    if (!date.ok()) return std::nullopt;
    return sys_days{date};
}

std::string day_text(sys_days day) {
    const year_month_day date{day};
    const auto padded = [](auto value, std::size_t width) {
        const std::string digits = std::to_string(value);
        return std::string(width - std::min(width, digits.size()), '0') + digits;
    };
    return padded(static_cast<int>(date.year()), 4) + "-" + padded(static_cast<unsigned>(date.month()), 2) +
           "-" + padded(static_cast<unsigned>(date.day()), 2);
}

}  // namespace

std::optional<Calendar::Stretch> Calendar::around(TimePoint instant) const {
    const cctz::time_zone zone = zone_of(time_zone);
    const auto second = std::chrono::floor<std::chrono::seconds>(instant);
    const sys_days day =
        day_of(cctz::civil_day{zone.lookup(cctz::time_point<cctz::seconds>{second.time_since_epoch()}).cs});
    for (const DayRange& range : days)
        if (range.first <= day && day <= range.last)
            return Stretch{begin_of(range.first, zone), begin_of(range.last + std::chrono::days{1}, zone)};
    return std::nullopt;
}

std::optional<DayRange> parse_day_range(std::string_view text) {
    const auto dots = text.find("..");
    const auto first = parse_day(text.substr(0, dots));
    const auto last = dots == std::string_view::npos ? first : parse_day(text.substr(dots + 2));
    if (!first || !last || *last < *first) return std::nullopt;
    return DayRange{*first, *last};
}

std::string to_text(const DayRange& range) {
    const std::string first = day_text(range.first);
    return range.first == range.last ? first : first + ".." + day_text(range.last);
}

}  // namespace jobhost
