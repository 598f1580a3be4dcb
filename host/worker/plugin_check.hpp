// Whether what a plugin says about itself keeps the rules of the ABI.
#pragma once

#include "host/worker/plugin_library.hpp"

namespace jobhost::worker {

// Reads a member only if the plugin's struct is long enough for it. Throws Refusal with what to change.
ReadyMessage check_plugin(const jobhost_plugin& plugin);

// The same for what it answers to JOBHOST_FILTER_ID; null: it has no filters.
const jobhost_filter_api* check_filters(const void* answer);

}  // namespace jobhost::worker
