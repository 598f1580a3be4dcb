// What a worker takes away from itself before it loads foreign code.
#pragma once

#include "host/worker/options.hpp"

namespace jobhost::worker {

// Limits and profile hold for this thread and for all that it and the loaded code will start; the limit on
// processor time is CpuTimer's. The profile `strict` demands a kernel with Landlock. Throws Refusal. [main
// thread, before any other thread]
void confine(const Options& options);

}  // namespace jobhost::worker
