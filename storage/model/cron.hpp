// Cron expressions, and when they are due in a time zone.
#pragma once

#include "storage/model/cron_pattern.hpp"
#include "storage/model/time.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace cctz {
class time_zone;
}

namespace jobhost {

// Whether a search may answer the very instant that it starts from.
enum class Bound { exclusive, inclusive };

// What a change of the clock did to a due instant. Local times: "2026-03-29 02:00".
struct ClockChange {
    enum class Kind {
        skipped,         // the clock jumps over times that match, from `begin` to `end`; due at the end, once
        repeated_once,   // the clock shows begin to end twice; due only the first time
        repeated_first,  // ... due both times, and this is the first
        repeated_second,  // ... the second
    };
    Kind kind;
    std::string begin;
    std::string end;
    friend bool operator==(const ClockChange&, const ClockChange&) = default;
};

// An expression of five fields (minute, hour, day of month, month, day of week), or of six with the second in
// front, in a time zone. The dialect is that of Hangfire's parser, Cronos; config/README.md describes it.
// When both day fields are restricted, both must match.
//
// What is due follows from what the clock on the wall shows. Times that it skips are due once, at the first
// instant after the gap. Of a time that it shows twice a fixed expression is due the first time; one with
// `*`,
// `?`, a range or a step in seconds, minutes or hours is due both times. A value; reading it is thread-safe.
class Cron {
public:
    struct Error {
        std::string problem;       // "hour must be 0 to 23, is 24"
        std::size_t position = 0;  // of the character where it is, from 1 on; 0: it is nowhere
        std::string remedy;        // "write a number, a range like 8-17 or a step like */6"; may be empty
        std::string text() const;  // "hour must be 0 to 23, is 24, at character 3; write ..."
    };
    // `time_zone` is an IANA name. `spread_by`, the name of a definition, is what `H` follows from; without
    // it `H` is an error.
    static std::variant<Cron, Error> parse(std::string_view expression, std::string_view time_zone = "UTC",
                                           std::string_view spread_by = {});

    const std::string& expression() const noexcept { return expression_; }  // as written
    const std::string& time_zone() const noexcept { return time_zone_; }
    const CronPattern& pattern() const noexcept { return pattern_; }
    // False for an expression without any date in the calendar, such as 31 February. Known without a search.
    bool ever_fires() const noexcept { return ever_fires_; }

    // The due instant that comes next, and the one that was last; those of the years 1 to 9999. Whole
    // seconds. An inclusive next from the end of a gap does not answer with what the gap swallowed, for
    // Cronos does not either; apart from that, previous answers backwards what next answers.
    std::optional<TimePoint> next(TimePoint after, Bound bound = Bound::exclusive) const;
    std::optional<TimePoint> previous(TimePoint before, Bound bound = Bound::exclusive) const;
    // What a change of the clock did to `due`, an answer of the two above; nothing on most days.
    std::optional<ClockChange> clock_change(TimePoint due) const;

    friend bool operator==(const Cron&, const Cron&) = default;

private:
    Cron() = default;

    std::string expression_;
    std::string time_zone_;
    CronPattern pattern_;
    const cctz::time_zone* zone_ = nullptr;  // of all that have this name
    bool ever_fires_ = false;
};

}  // namespace jobhost
