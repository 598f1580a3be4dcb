// What can be known of a plugin's file before any of its code runs.
#pragma once

#include <jobhost/plugin.h>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace jobhost::host {

struct ElfReport {
    jobhost_abi_tag tag{};
    std::vector<std::string> needed;  // names of the libraries that it asks for
    std::vector<std::string> advice;  // not reasons to refuse, but worth telling its author
};

// Pure. Believes nothing: each offset is checked against `file` before it is followed, and the work is linear
// in the size of the file. Throws PluginRefused.
ElfReport check_elf(std::span<const std::byte> file);

}  // namespace jobhost::host
