#include "host/execution/take_in.hpp"

#include "host/execution/level_name.hpp"

#include <spdlog/spdlog.h>

#include <cstdlib>
#include <unistd.h>

namespace jobhost::host {

namespace {

std::string text_of(const LoadedPlugin& plugin) {
    return plugin.description.name + " " + plugin.description.version + " (generation " +
           std::to_string(plugin.generation) + ")";
}

// Most often the check of the file has found it.
std::string cause_of(const PluginImage& image) {
    std::string cause;
    for (const std::string& advice : image.report().advice)
        cause += (cause.empty() ? "" : "; ") + advice;
    return cause.empty() ? "something of it, such as a thread that it left behind, may still need it" : cause;
}

}  // namespace

std::unique_ptr<ResidentPlugin> take_in(const LoadedPlugin& plugin) {
    const std::string who = text_of(plugin);
    spdlog::warn(
        "plugin {} runs inside the host, as the host file says (isolation: in_process): nothing limits it, "
        "it "
        "can read what the host can, and if it crashes, the host does",
        who);
    return std::make_unique<ResidentPlugin>(
        plugin.image,
        ResidentPlugin::Callbacks{
            .log =
                [name = plugin.description.name](LogLevel level, const std::string& line) {
                    spdlog::info("plugin {}: {}: {}", name, level_name(level), line);
                },
            .closed =
                [who, cause = cause_of(*plugin.image)](bool has_stayed, int left) {
                    if (!has_stayed) return spdlog::debug("plugin {} is unloaded", who);
                    spdlog::warn(
                        "plugin {} has ended, and stays in the host's memory, which keeps {} of such: {}",
                        who, left, cause);
                },
            .end_host =
                [who] {
                    spdlog::critical(
                        "a job of plugin {} goes on and must not, and cannot be killed, as it runs inside "
                        "the "
                        "host: the host ends; what it ran is recovered",
                        who);
                    ::_exit(EXIT_FAILURE);
                },
        });
}

}  // namespace jobhost::host
