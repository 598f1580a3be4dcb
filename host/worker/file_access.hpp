// Which files a worker can reach, by Landlock (https://docs.kernel.org/userspace-api/landlock.html).
#pragma once

#include "host/worker/options.hpp"

#include <string>

namespace jobhost::worker {

// From now on this thread, and what it starts, reads the libraries and settings that programs need and what
// `confinement` names, writes there and in `scratch`, and starts programs only if it may. Throws Refusal if
// the kernel cannot do that, or a named file is not there.
void restrict_file_access(const Confinement& confinement, const std::string& scratch);

}  // namespace jobhost::worker
