// What daylight saving does to the instants that are shown.
#pragma once

#include "storage/model/cron.hpp"

#include <boost/json/object.hpp>

#include <string>

namespace jobhost::host {

// Whole seconds: "2026-12-01T06:00:00Z".
std::string utc_text(TimePoint instant);
// A clause for people.
std::string text_of(const ClockChange& change);
// `at`: the instant that it concerns.
boost::json::object to_json(const ClockChange& change, TimePoint at);

}  // namespace jobhost::host
