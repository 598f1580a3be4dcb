// The extensions that the host offers to plugins.
#pragma once

#include <jobhost/plugin.h>

#include <string_view>

namespace jobhost::worker {

// The table of that id; nullptr: not offered.
const void* find_extension(std::string_view id) noexcept;

}  // namespace jobhost::worker
