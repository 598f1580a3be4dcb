// When a recurring definition is due.
#pragma once

#include "storage/model/cron.hpp"
#include "storage/model/time.hpp"

#include <optional>
#include <variant>

namespace jobhost {

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
