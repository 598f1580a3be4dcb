// Durations and instants as people write them. One spelling in YAML, JSON and on the command line.
#pragma once

#include "storage/model/time.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace jobhost {

// "1h30m", "250ms", "2d"; units us, ms, s, m, h, d, each at most once, largest first. Nothing if `text` is
// not a duration, is negative or exceeds 100 years.
std::optional<Duration> parse_duration(std::string_view text);
// "1h30m": largest unit first, no part that is zero, so that it parses back to `duration`; "0s" for none.
std::string to_text(Duration duration);

// RFC 3339: "2026-12-01T09:00:00+03:00", with 'Z' or an offset, seconds optional, up to six decimals. A text
// without an offset is refused: it names no instant. Years 1970 to 9999.
std::optional<TimePoint> parse_instant(std::string_view text);
// "2026-12-01T06:00:00.250000Z", always six decimals, so that texts sort as instants do.
std::string to_text(TimePoint instant);

}  // namespace jobhost
