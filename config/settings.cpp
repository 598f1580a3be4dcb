#include "config/settings.hpp"

#include "config/values.hpp"

#include <algorithm>
#include <array>
#include <thread>
#include <unistd.h>

namespace jobhost::config {

std::string default_server_name() {
    std::array<char, 256> buffer{};
    if (gethostname(buffer.data(), buffer.size() - 1) != 0) return "jobhost";
    std::string name(buffer.data());
    std::ranges::replace_if(
        name, [](char c) { return !is_name_character(c); }, '-');
    return is_name(name) ? name : "jobhost";
}

int default_workers() {
    const unsigned cores = std::clamp(std::thread::hardware_concurrency(), 1u, 4u);
    return static_cast<int>(5 * cores);
}

}  // namespace jobhost::config
