// Processor time, in seconds, of this program and of a family of other processes.
#pragma once

#include <optional>
#include <string>

namespace jobhost::bench {

double own_seconds();

// What the parent of process `child` and all children of that parent have used, those that have ended
// included. No value when `child` is not a process of this machine named `name` whose parent is named so too.
std::optional<double> family_seconds(int child, const std::string& name);

}  // namespace jobhost::bench
