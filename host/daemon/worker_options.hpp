// How the workers of a host are started, by its host file.
#pragma once

#include "config/load.hpp"
#include "host/plugin/spawn.hpp"

namespace jobhost::host {

// Those that only look at plugins.
WorkerOptions worker_options(const config::Configuration& configuration);

}  // namespace jobhost::host
