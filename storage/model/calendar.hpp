// Days on which nothing is due: holidays, a freeze of the books.
#pragma once

#include "storage/model/time.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jobhost {

// Both days count.
struct DayRange {
    std::chrono::sys_days first;
    std::chrono::sys_days last;
    friend auto operator<=>(const DayRange&, const DayRange&) = default;
};

struct Calendar {
    std::string time_zone = "UTC";  // an IANA name: where its days begin and end; an unknown one is UTC
    std::vector<DayRange> days;

    // When the range that `instant` lies in began, and when the first day after it begins; of ranges that
    // overlap or touch, any one. Nothing: it lies in none.
    struct Stretch {
        TimePoint begin;
        TimePoint end;
    };
    std::optional<Stretch> around(TimePoint instant) const;
    friend bool operator==(const Calendar&, const Calendar&) = default;
};

// "2026-01-01", or "2026-04-01..2026-04-05" with both days. Nothing if it is neither, or if it ends before it
// begins. Years 1970 to 9999.
std::optional<DayRange> parse_day_range(std::string_view text);
std::string to_text(const DayRange& range);

}  // namespace jobhost
