#include "storage/model/cron_search.hpp"

#include <bit>

namespace jobhost {
namespace {

bool has(std::uint64_t bits, int n) {
    return ((bits >> n) & 1) != 0;
}

// The first set bit from `n` on, or nothing.
std::optional<int> next_bit(std::uint64_t bits, int n) {
    const std::uint64_t rest = n < 64 ? bits >> n << n : 0;
    if (rest == 0) return std::nullopt;
    return std::countr_zero(rest);
}

int sunday_based(cctz::weekday day) {
    return (static_cast<int>(day) + 1) % 7;  // cctz counts from Monday
}

}  // namespace

bool CronPattern::matches(cctz::civil_day day) const {
    return has(days, day.day()) && has(weekdays, sunday_based(cctz::get_weekday(day)));
}

std::optional<cctz::civil_minute> CronPattern::find_in_day(cctz::civil_minute from) const {
    for (auto hour = next_bit(hours, from.hour()); hour; hour = next_bit(hours, *hour + 1)) {
        if (const auto minute = next_bit(minutes, *hour == from.hour() ? from.minute() : 0))
            return cctz::civil_minute(from.year(), from.month(), from.day(), *hour, *minute);
    }
    return std::nullopt;
}

std::optional<cctz::civil_minute> CronPattern::find(cctz::civil_minute from, cctz::year_t end) const {
    while (from.year() < end) {
        if (!has(months, from.month())) {
            from = cctz::civil_minute(cctz::civil_month(from) + 1);
            continue;
        }
        if (matches(cctz::civil_day(from))) {
            if (const auto found = find_in_day(from)) return found;
        }
        from = cctz::civil_minute(cctz::civil_day(from) + 1);
    }
    return std::nullopt;
}

}  // namespace jobhost
