#include "host/daemon/worker_options.hpp"

namespace jobhost::host {

WorkerOptions worker_options(const config::Configuration& configuration) {
    const config::PluginSettings& plugins = configuration.settings.plugins;
    return {.program = {},
            .working_directory = configuration.folder,
            .start_timeout = plugins.start_timeout,
            .hosting = plugins.hosting,
            .overrides = plugins.overrides};
}

}  // namespace jobhost::host
