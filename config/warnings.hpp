// What is right in definitions, and perhaps not meant.
#pragma once

#include "config/load.hpp"
#include "storage/model/time.hpp"

#include <vector>

namespace jobhost::config {

// Of schedules: days that must match both, times that a change of the clock skips within a year from `now`,
// and timeouts that are longer than the time between two runs. Where the definition stands; sorted. Looks at
// up to some hundred runs of each, so it is for a person who asks and not for each reload.
std::vector<ConfigError> warnings_of(const Configuration& configuration, TimePoint now);

}  // namespace jobhost::config
