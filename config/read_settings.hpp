// The host file's tree to Settings. Private to config.
#pragma once

#include "config/reader.hpp"
#include "config/settings.hpp"

#include <filesystem>
#include <vector>

namespace jobhost::config {

struct HostFile {
    Settings settings;
    std::vector<Value> patterns;  // of settings.definitions, one each: where errors about them point
};

// Relative paths are taken from `folder`, which is absolute. What is wrong keeps its default.
HostFile read_settings(Reader& reader, const Node& root, const std::filesystem::path& folder);

// Leaves out limits of which the name is wrong.
void read_limits(Reader& reader, const Value& value, std::vector<Limit>& limits);

}  // namespace jobhost::config
