#include "host/command_line/who.hpp"

#include <array>
#include <pwd.h>
#include <unistd.h>

namespace jobhost::host {

std::string who() {
    std::array<char, 4096> buffer{};
    passwd entry{};
    passwd* found = nullptr;
    ::getpwuid_r(::getuid(), &entry, buffer.data(), buffer.size(), &found);
    const std::string name = found != nullptr ? found->pw_name : "user " + std::to_string(::getuid());
    return name + " (command line)";
}

}  // namespace jobhost::host
