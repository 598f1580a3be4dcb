// Plugins that run in this process.
#pragma once

#include "host/plugin/catalog.hpp"
#include "host/plugin/resident_plugin.hpp"

#include <memory>

namespace jobhost::host {

// Warns that there is no boundary any more, logs what the plugin says, tells when its library stays in
// memory, and ends this process, with EXIT_FAILURE, when a job of it must not go on.
std::unique_ptr<ResidentPlugin> take_in(const LoadedPlugin& plugin);

}  // namespace jobhost::host
