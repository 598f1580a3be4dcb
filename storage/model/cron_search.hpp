// The next matching wall-clock minute, whatever the time zone does to it. Private to storage/model.
#pragma once

#include <cctz/civil_time.h>

#include <cstdint>
#include <optional>

namespace jobhost {

// Bit n of each: n is due. Weekday 0 is Sunday. Minutes, hours and months are never empty.
struct CronPattern {
    std::uint64_t minutes = 0;
    std::uint32_t hours = 0;
    std::uint32_t days = 0;
    std::uint32_t months = 0;
    std::uint32_t weekdays = 0;
    bool is_interval = false;  // due both times when the clock repeats a stretch; no matter to find()

    // The first minute that matches, from `from` on and before the year `end`. Looks at days, never at
    // minutes.
    std::optional<cctz::civil_minute> find(cctz::civil_minute from, cctz::year_t end) const;

private:
    bool matches(cctz::civil_day day) const;
    std::optional<cctz::civil_minute> find_in_day(cctz::civil_minute from) const;
};

}  // namespace jobhost
