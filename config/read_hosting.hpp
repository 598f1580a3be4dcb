// How plugins are run, as the host file says it.
#pragma once

#include "config/plugin_hosting.hpp"
#include "config/reader.hpp"

namespace jobhost::config {

// Adds the keys to `keys`; what they say goes to `hosting`, which outlives them. Relative paths are of
// `folder`.
void add_hosting_keys(Reader& reader, const std::filesystem::path& folder, Keys& keys,
                      PluginHosting& hosting);

}  // namespace jobhost::config
