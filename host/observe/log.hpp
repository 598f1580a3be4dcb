// The host's own log: one line an event, on standard output, as text or as JSON.
#pragma once

#include "config/settings.hpp"

namespace jobhost::host {

// Sets up the log of the whole program. Call it once, before other threads start.
void start_log(const config::LogSettings& settings);

}  // namespace jobhost::host
