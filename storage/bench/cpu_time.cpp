#include "storage/bench/cpu_time.hpp"

#include <sys/resource.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <unistd.h>

namespace jobhost::bench {

namespace {

// What /proc says of a process.
struct ProcessTimes {
    std::string name;
    int parent = 0;
    double own = 0;
    double ended_children = 0;
};

std::optional<ProcessTimes> read_times(const std::string& pid) {
    std::ifstream file{"/proc/" + pid + "/stat"};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    const std::size_t open = text.find('(');
    const std::size_t close = text.rfind(')');
    if (open == std::string::npos || close == std::string::npos) return std::nullopt;
    std::istringstream fields{text.substr(close + 1)};
    std::string skipped;
    ProcessTimes times{.name = text.substr(open + 1, close - open - 1)};
    fields >> skipped >> times.parent;
    for (int field = 5; field < 14; ++field)
        fields >> skipped;  // numbered as in proc(5)
    double user = 0, system = 0, children_user = 0, children_system = 0;
    fields >> user >> system >> children_user >> children_system;
    const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
    times.own = (user + system) / ticks;
    times.ended_children = (children_user + children_system) / ticks;
    return times;
}

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

double own_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::optional<double> family_seconds(int child, const std::string& name) {
    const auto member = read_times(std::to_string(child));
    if (!member || member->name != name) return std::nullopt;
    const auto parent = read_times(std::to_string(member->parent));
    if (!parent || parent->name != name) return std::nullopt;
    double total = parent->own + parent->ended_children;
    for (const auto& entry : std::filesystem::directory_iterator{"/proc"}) {
        const std::string pid = entry.path().filename();
        if (pid.find_first_not_of("0123456789") != std::string::npos) continue;
        const auto times = read_times(pid);
        if (times && times->parent == member->parent) total += times->own;
    }
    return total;
}

}  // namespace jobhost::bench
