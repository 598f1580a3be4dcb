// Definitions that something waits for together are handed in together. Private to config.
#pragma once

#include "config/load.hpp"
#include "config/reader.hpp"

#include <map>
#include <string>
#include <vector>

namespace jobhost::config {

// Sets Definition::fires_with. Refuses to wait for several that do not have the same schedule, as they are
// never handed in together. REQUIRES: check_order() passed; `after` holds what each definition waits for, and
// definitions are unique.
void find_shared_schedules(Reader& reader, std::vector<Source>& sources,
                           const std::map<std::string, std::vector<PlacedText>>& after);

}  // namespace jobhost::config
