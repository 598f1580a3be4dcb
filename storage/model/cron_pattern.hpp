// What a cron expression says, as sets of numbers; without a time zone.
#pragma once

#include <cstdint>

namespace jobhost {

// Bit n of each set: n is due. The sets are never empty in a pattern that was parsed.
struct CronPattern {
    enum class DayRule : std::uint8_t {
        listed,  // `days`
        last,    // the last day of the month less `days_before_last`; `days` says nothing
    };
    enum class WeekdayRule : std::uint8_t {
        listed,  // every one of `weekdays`
        last,    // only the last one of the month
        nth,     // only the one that is `nth` in the month, 1 to 5
    };

    std::uint64_t seconds = 0;
    std::uint64_t minutes = 0;
    std::uint32_t hours = 0;
    std::uint32_t days = 0;     // from bit 1 on
    std::uint16_t months = 0;   // from bit 1 on
    std::uint8_t weekdays = 0;  // bit 0: Sunday
    DayRule day_rule = DayRule::listed;
    WeekdayRule weekday_rule = WeekdayRule::listed;
    std::uint8_t days_before_last = 0;
    std::uint8_t nth = 0;
    // The day of month is moved to the nearest one from Monday to Friday, within the month.
    bool is_nearest_weekday = false;
    // Seconds, minutes or hours were written with `*`, `?`, a range or a step: it is due both times when a
    // clock repeats a stretch.
    bool is_interval = false;

    // The days that are due in a month of `length` days whose first day is `first_weekday`; `months` does not
    // matter. Takes the same short time for each pattern.
    std::uint32_t days_due(int length, int first_weekday) const;
    // Whether there is any such date in the calendar: false for 31 February, and for a fifth Monday that is
    // the 1st.
    bool ever_fires() const;

    friend bool operator==(const CronPattern&, const CronPattern&) = default;
};

}  // namespace jobhost
