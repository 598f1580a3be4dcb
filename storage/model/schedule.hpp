// When a recurring definition is due.
#pragma once

#include "storage/model/time.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace jobhost {

// A five-field cron expression (minute, hour, day of month, month, day of week) in a time zone. Dialect:
// numbers, names, `*`, `?`, ranges that wrap, steps, lists and the macros @hourly ... @yearly. When both day
// fields are restricted, both must match. Times that daylight saving skips fire once, at the first instant
// after the gap. A fixed time that it repeats fires once, at the first; expressions with `*`, `?`, a range or
// a step in minutes or hours are intervals and fire both times. Source of the rules: Cronos, the parser of
// Hangfire.
class Cron {
public:
    struct Error {
        std::string problem;  // "hour must be 0 to 23, is 24"
    };
    // `time_zone` is an IANA name.
    static std::variant<Cron, Error> parse(std::string_view expression, std::string_view time_zone = "UTC");

    const std::string& expression() const noexcept { return expression_; }
    const std::string& time_zone() const noexcept { return time_zone_; }

    // The first due instant later than `after`; nothing when there is none within the next 100 years.
    std::optional<TimePoint> next(TimePoint after) const;

    friend bool operator==(const Cron& a, const Cron& b) {
        return a.expression_ == b.expression_ && a.time_zone_ == b.time_zone_;
    }

private:
    Cron() = default;

    std::string expression_;
    std::string time_zone_;
    std::uint64_t minutes_ = 0;  // bit n: minute n is due; likewise below
    std::uint32_t hours_ = 0;
    std::uint32_t days_ = 0;
    std::uint16_t months_ = 0;
    std::uint8_t weekdays_ = 0;  // bit 0: Sunday
    bool is_interval_ = false;
};

// Due at anchor + n * period, in real time; n counts from 0, so nothing is due before the anchor.
struct Every {
    Duration period{};   // at least one second
    TimePoint anchor{};  // the epoch unless the definition says `from`
    std::optional<TimePoint> next(TimePoint after) const;
    friend bool operator==(const Every&, const Every&) = default;
};

using Schedule = std::variant<Cron, Every>;

std::optional<TimePoint> next_due(const Schedule& schedule, TimePoint after);

}  // namespace jobhost
