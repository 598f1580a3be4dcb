// What the worker program does to itself before any foreign code is loaded.
#pragma once

#include <sys/types.h>

namespace jobhost::worker {

// The descriptors that the host hands over, by number.
inline constexpr int kControlDescriptor = 3;  // the control socket
inline constexpr int kImageDescriptor = 4;    // the plugin's sealed image
inline constexpr int kPageDescriptor = 5;     // the shared page
inline constexpr int kLockDescriptor = 6;     // optional: the host's lock file, only held
inline constexpr int kGroupDescriptor = 7;    // optional: cgroup.procs of its control group

// No core dump, no life after `parent`, a process group of its own, no descriptor for children of jobs,
// line-buffered output. Ends the process with kExitHostGone if `parent` is not the parent any more.
// [main thread, before any other thread]
void settle_in(pid_t parent);

// At once, with a status of limits.hpp that says why. If the host is gone, the programs go along that jobs
// have started and that stayed in the process group. [any]
[[noreturn]] void end_process(int status) noexcept;

}  // namespace jobhost::worker
