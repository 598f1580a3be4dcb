// How a plugin's workers are run, in the words of the worker program.
#pragma once

#include "config/plugin_hosting.hpp"
#include "host/worker/options.hpp"

namespace jobhost::host {

worker::Confinement confinement_of(const config::PluginHosting& hosting);

}  // namespace jobhost::host
