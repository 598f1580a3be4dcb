// Which system calls a worker can make, by seccomp.
#pragma once

#include "host/worker/options.hpp"

namespace jobhost::worker {

// From now on this thread, and what it starts, gets an error from those that its profile denies. REQUIRES:
// the profile is not none, and the process gets no new privileges. Throws Refusal.
void restrict_system_calls(const Confinement& confinement);

}  // namespace jobhost::worker
