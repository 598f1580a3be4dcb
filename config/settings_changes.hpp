// What differs between two host files and cannot change while a host runs.
#pragma once

#include "config/settings.hpp"

#include <string>
#include <vector>

namespace jobhost::config {

// Names of settings, "server.workers", that are not as they were. Limits and definitions are not among them:
// they take hold at once. Neither is `retention`, which does so for definitions.
std::vector<std::string> settings_that_need_a_restart(const Settings& before, const Settings& now);

}  // namespace jobhost::config
