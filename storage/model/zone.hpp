// Time zones by IANA name. Private to storage/model: the only header that shows cctz's zones.
#pragma once

#include <cctz/time_zone.h>

#include <string_view>

namespace jobhost {

// Null if there is no such zone on this machine. A zone is read once and kept while the process lives, at the
// same address. Thread-safe.
const cctz::time_zone* find_zone(std::string_view name);

}  // namespace jobhost
