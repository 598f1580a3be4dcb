#include "host/plugin/process_memory.hpp"

#include <fstream>
#include <string>
#include <unistd.h>

namespace jobhost::host {

std::optional<std::uint64_t> resident_memory_of(pid_t process) {
    std::ifstream statm{"/proc/" + std::to_string(process) + "/statm"};
    std::uint64_t pages = 0;
    if (!(statm >> pages >> pages)) return std::nullopt;
    return pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace jobhost::host
