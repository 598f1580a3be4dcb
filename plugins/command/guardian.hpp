// Programs end with this process, however it ends.
#pragma once

#include <sys/types.h>

namespace command {

// From now on `group` is killed as soon as this process has died, of SIGKILL too; 0: no group any more. One
// group at a time. Throws Error "system" if no guardian can be started.
void guard(pid_t group);

}  // namespace command
