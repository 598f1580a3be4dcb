// Asking before something is done to much.
#pragma once

#include <string>

namespace jobhost::host {

// Says on standard error what would be done, "delete 12 jobs", and asks at the terminal unless `is_sure`.
// Throws CommandError if the answer is no, or nobody is there to give one.
void confirm(const std::string& what, bool is_sure);

}  // namespace jobhost::host
