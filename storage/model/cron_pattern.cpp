#include "storage/model/cron_pattern.hpp"

#include <bit>

namespace jobhost {
namespace {

constexpr int kSunday = 0;
constexpr int kSaturday = 6;

// Bits low to high.
constexpr std::uint64_t bits_between(int low, int high) {
    return low > high ? 0 : (std::uint64_t{2} << high) - (std::uint64_t{1} << low);
}

// The one day of `due`, or the day nearest to it that is no Saturday or Sunday.
std::uint64_t moved_to_weekday(std::uint64_t due, int length, int first_weekday) {
    if (due == 0) return due;
    const int day = std::countr_zero(due);
    const int weekday = (first_weekday + day - 1) % 7;
    if (weekday == kSaturday) return day == 1 ? due << 2 : due >> 1;
    if (weekday == kSunday) return day == length ? due >> 2 : due << 1;
    return due;
}

}  // namespace

std::uint32_t CronPattern::days_due(int length, int first_weekday) const {
    std::uint64_t due = days;
    if (day_rule == DayRule::last)
        due = days_before_last < length ? std::uint64_t{1} << (length - days_before_last) : 0;
    due &= bits_between(1, length);
    if (is_nearest_weekday) due = moved_to_weekday(due, length, first_weekday);

    // The week as this month begins it, then week after week from day 1 on.
    constexpr std::uint64_t kFiveWeeks = 0x10204081;
    const std::uint64_t week = ((weekdays | std::uint64_t{weekdays} << 7) >> first_weekday) & 0x7f;
    due &= week * kFiveWeeks << 1;
    if (weekday_rule == WeekdayRule::nth) due &= bits_between(7 * nth - 6, 7 * nth);
    if (weekday_rule == WeekdayRule::last) due &= bits_between(length - 6, length);
    return static_cast<std::uint32_t>(due);
}

bool CronPattern::ever_fires() const {
    const auto fires = [this](int length) {
        // Within 400 years each month, and 29 February too, begins on each day of the week.
        for (int first_weekday = kSunday; first_weekday <= kSaturday; ++first_weekday)
            if (days_due(length, first_weekday) != 0) return true;
        return false;
    };
    constexpr std::uint16_t kFebruary = 1U << 2;
    constexpr std::uint16_t kMonthsOf30 = 1U << 4 | 1U << 6 | 1U << 9 | 1U << 11;
    constexpr std::uint16_t kMonthsOf31 =
        1U << 1 | 1U << 3 | 1U << 5 | 1U << 7 | 1U << 8 | 1U << 10 | 1U << 12;
    return ((months & kMonthsOf31) != 0 && fires(31)) || ((months & kMonthsOf30) != 0 && fires(30)) ||
           ((months & kFebruary) != 0 && (fires(28) || fires(29)));
}

}  // namespace jobhost
