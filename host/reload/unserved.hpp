// Definitions of job types that this host has no plugin for.
#pragma once

#include "config/load.hpp"

#include <functional>
#include <string>

namespace jobhost::host {

// Warns of each such type. The definition is kept: its jobs wait until the plugin arrives.
void warn_of_unserved(const config::PlacedDefinition& placed,
                      const std::function<bool(const std::string&)>& has_type);

}  // namespace jobhost::host
