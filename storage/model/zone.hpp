// Time zones by IANA name. Private to storage/model: the only header that shows cctz.
#pragma once

#include <cctz/time_zone.h>

#include <optional>
#include <string_view>

namespace jobhost {

// Nothing if there is no such zone on this machine. Zones are read once and kept while the process lives.
// Thread-safe.
std::optional<cctz::time_zone> find_zone(std::string_view name);

}  // namespace jobhost
