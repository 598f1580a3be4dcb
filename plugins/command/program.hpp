// Where the program is.
#pragma once

#include "plugins/command/environment.hpp"

#include <string>

namespace command {

// The file that `name` means to a child that runs in `folder` (empty: this process's) with `environment`:
// itself if it contains '/', otherwise the first executable file of that name on the child's PATH. Throws
// FatalError "not_found" or "not_executable".
std::string find_program(const std::string& name, const std::string& folder, const Variables& environment);

}  // namespace command
