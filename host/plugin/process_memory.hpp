// How much memory a process has.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

namespace jobhost::host {

// Bytes that are resident; nothing if the process has ended. Any thread.
std::optional<std::uint64_t> resident_memory_of(pid_t process);

}  // namespace jobhost::host
