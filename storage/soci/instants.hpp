// Instants and ids as the database holds them.
#pragma once

#include "storage/model/ids.hpp"
#include "storage/model/time.hpp"

#include <boost/json.hpp>

#include <optional>

namespace jobhost::storage {

inline long long micros(TimePoint instant) {
    return instant.time_since_epoch().count();
}

inline std::optional<long long> micros(const std::optional<TimePoint>& instant) {
    if (!instant) return std::nullopt;
    return micros(*instant);
}

inline TimePoint instant(long long micros) {
    return TimePoint{Duration{micros}};
}

inline std::optional<TimePoint> instant(const std::optional<long long>& micros) {
    if (!micros) return std::nullopt;
    return instant(*micros);
}

// NULL for nothing.
inline boost::json::value json_micros(const std::optional<TimePoint>& instant) {
    if (!instant) return nullptr;
    return micros(*instant);
}

}  // namespace jobhost::storage
