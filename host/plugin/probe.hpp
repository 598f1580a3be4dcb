// Whether a plugin can be used, found out in a process of its own.
#pragma once

#include "host/plugin/image.hpp"
#include "host/plugin/plugin_description.hpp"
#include "host/plugin/spawn.hpp"

namespace jobhost::host {

// Loads the plugin, initialises it, asks what it offers and ends it. Blocks for at most twice
// options.start_timeout. Throws PluginRefused, and std::system_error if no worker can be started. Any thread;
// it must not end before this returns.
PluginDescription probe(const PluginImage& image, const WorkerOptions& options);

}  // namespace jobhost::host
