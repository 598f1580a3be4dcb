#include "storage/model/cron_search.hpp"

#include <bit>
#include <chrono>

namespace jobhost {
namespace {

constexpr int kNone = -1;

bool has(std::uint64_t bits, int n) {
    return ((bits >> n) & 1) != 0;
}

int least(std::uint64_t bits) {
    return std::countr_zero(bits);
}
int greatest(std::uint64_t bits) {
    return 63 - std::countl_zero(bits);
}
// The least of the set that is `n` or more, and the greatest that is `n` or less.
int least_from(std::uint64_t bits, int n) {
    const std::uint64_t rest = bits >> n << n;
    return rest == 0 ? kNone : least(rest);
}
int greatest_until(std::uint64_t bits, int n) {
    const std::uint64_t rest = n < 0 ? 0 : bits << (63 - n) >> (63 - n);
    return rest == 0 ? kNone : greatest(rest);
}

struct TimeOfDay {
    int hour;
    int minute;
    int second;
};

TimeOfDay time_of(cctz::civil_second time) {
    return {time.hour(), time.minute(), time.second()};
}

std::optional<TimeOfDay> first_time(const CronPattern& pattern, TimeOfDay from) {
    if (has(pattern.hours, from.hour)) {
        if (has(pattern.minutes, from.minute)) {
            const int second = least_from(pattern.seconds, from.second);
            if (second != kNone) return TimeOfDay{from.hour, from.minute, second};
        }
        const int minute = least_from(pattern.minutes, from.minute + 1);
        if (minute != kNone) return TimeOfDay{from.hour, minute, least(pattern.seconds)};
    }
    const int hour = least_from(pattern.hours, from.hour + 1);
    if (hour == kNone) return std::nullopt;
    return TimeOfDay{hour, least(pattern.minutes), least(pattern.seconds)};
}

std::optional<TimeOfDay> last_time(const CronPattern& pattern, TimeOfDay until) {
    if (has(pattern.hours, until.hour)) {
        if (has(pattern.minutes, until.minute)) {
            const int second = greatest_until(pattern.seconds, until.second);
            if (second != kNone) return TimeOfDay{until.hour, until.minute, second};
        }
        const int minute = greatest_until(pattern.minutes, until.minute - 1);
        if (minute != kNone) return TimeOfDay{until.hour, minute, greatest(pattern.seconds)};
    }
    const int hour = greatest_until(pattern.hours, until.hour - 1);
    if (hour == kNone) return std::nullopt;
    return TimeOfDay{hour, greatest(pattern.minutes), greatest(pattern.seconds)};
}

struct Month {
    cctz::year_t year;
    int month;
};

std::uint64_t days_due(const CronPattern& pattern, Month in) {
    using namespace std::chrono;
    if (!has(pattern.months, in.month)) return 0;
    const year_month month{year{static_cast<int>(in.year)},
                           std::chrono::month(static_cast<unsigned>(in.month))};
    const auto length = static_cast<unsigned>((month / last).day());
    return pattern.days_due(static_cast<int>(length),
                            static_cast<int>(weekday{sys_days{month / 1}}.c_encoding()));
}

cctz::civil_second put_together(Month month, int day, TimeOfDay time) {
    return cctz::civil_second(month.year, month.month, day, time.hour, time.minute, time.second);
}

}  // namespace

bool matches(const CronPattern& pattern, cctz::civil_second time) {
    return has(pattern.seconds, time.second()) && has(pattern.minutes, time.minute()) &&
           has(pattern.hours, time.hour()) && has(days_due(pattern, {time.year(), time.month()}), time.day());
}

std::optional<cctz::civil_second> first_match(const CronPattern& pattern, cctz::civil_second from) {
    Month month{from.year(), from.month()};
    std::uint64_t days = month.year > kLastCronYear ? 0 : days_due(pattern, month);
    if (has(days, from.day()))
        if (const auto time = first_time(pattern, time_of(from)))
            return put_together(month, from.day(), *time);
    int day = least_from(days, from.day() + 1);
    while (day == kNone) {
        month.month = least_from(pattern.months, month.month + 1);
        if (month.month == kNone) month = {month.year + 1, least(pattern.months)};
        if (month.year > kLastCronYear) return std::nullopt;
        days = days_due(pattern, month);
        day = days == 0 ? kNone : least(days);
    }
    return put_together(month, day, {least(pattern.hours), least(pattern.minutes), least(pattern.seconds)});
}

std::optional<cctz::civil_second> last_match(const CronPattern& pattern, cctz::civil_second until) {
    Month month{until.year(), until.month()};
    std::uint64_t days = month.year < kFirstCronYear ? 0 : days_due(pattern, month);
    if (has(days, until.day()))
        if (const auto time = last_time(pattern, time_of(until)))
            return put_together(month, until.day(), *time);
    int day = greatest_until(days, until.day() - 1);
    while (day == kNone) {
        month.month = greatest_until(pattern.months, month.month - 1);
        if (month.month == kNone) month = {month.year - 1, greatest(pattern.months)};
        if (month.year < kFirstCronYear) return std::nullopt;
        days = days_due(pattern, month);
        day = days == 0 ? kNone : greatest(days);
    }
    return put_together(month, day,
                        {greatest(pattern.hours), greatest(pattern.minutes), greatest(pattern.seconds)});
}

}  // namespace jobhost
