#include "host/command_line/opened.hpp"
#include "host/command_line/text.hpp"
#include "host/daemon/host.hpp"
#include "host/observe/log.hpp"
#include "host/reload/lost_files.hpp"
#include "host/reload/ownerless.hpp"
#include "host/reload/reload.hpp"
#include "host/reload/unserved.hpp"
#include "host/scheduling/sources.hpp"

#include <spdlog/spdlog.h>

#include <csignal>
#include <optional>
#include <unistd.h>

namespace jobhost::host {

namespace {

void report_refused(const Catalog& catalog, const std::filesystem::path& folder) {
    for (const RefusedPlugin& refused : catalog.refused())
        spdlog::error("plugin {} is refused: {}; {}", refused.file, refused.reason, refused.remedy);
    if (catalog.plugins().empty()) spdlog::warn("there is no plugin in {}; nothing can run", folder.string());
    for (const auto& plugin : catalog.plugins())
        spdlog::info("plugin {} {} from {}: {}", plugin->description.name, plugin->description.version,
                     plugin->file, counted(plugin->description.types.size(), "job type"));
}

struct Beginning {
    config::Configuration configuration;
    std::vector<config::ConfigError> errors;  // of definition files; then it has no definitions
    std::vector<config::ConfigError> warnings;
};

// Throws CommandError when the host cannot begin with that.
Beginning read_configuration(const GlobalOptions& global, bool is_strict) {
    config::LoadResult result = config::load(global.file);
    print_warnings(result);
    if (!is_strict && were_right(result))
        return {*std::move(result.host), std::get<1>(std::move(result.outcome)), std::move(result.warnings)};
    return {configuration_or_complain(result), {}, std::move(result.warnings)};
}

}  // namespace

int serve(const GlobalOptions& global, const ServeOptions& options) {
    // Until the host listens to it: what would be read anew is just being read.
    std::signal(SIGHUP, [](int) {});
    const Beginning beginning = read_configuration(global, options.is_strict);
    const config::Configuration& configuration = beginning.configuration;
    const config::Settings& settings = configuration.settings;
    const auto storage = storage::open_storage(storage_options(settings));
    if (options.is_strict) {
        const auto lost = lost_folders(configuration, settings.server.application,
                                       brought_by(settings.server, storage->sources().revisions()));
        if (!lost.empty()) complain(lost);
    }
    // Whoever reads the log may end; the jobs go on.
    std::signal(SIGPIPE, SIG_IGN);
    start_log(settings.log);
    const SystemClock clock;
    const MachineBootClock boot_clock;
    InotifyWatch watch;
    Reload reload{global.file, configuration, storage->sources(), storage->limits(), watch, boot_clock};
    reload.know(beginning.warnings);
    // Before the host is there, which registers and claims: these may be refused.
    reload.start(beginning.errors);
    const LiveServers live{storage->servers().list()};
    warn_of_ownerless(ownerless(storage->sources().revisions(), configuration, live),
                      settings.server.application);
    std::optional<Host> host{std::in_place, configuration, *storage, clock, reload, watch};
    report_refused(host->catalog(), settings.plugins.folder);
    for (const config::Source& source : configuration.sources)
        for (const config::PlacedDefinition& placed : source.definitions)
            warn_of_unserved(placed, reload.has_type);
    const bool is_clean = host->run();
    host.reset();
    const int status = is_clean ? kDone : kFailed;
    if (!ResidentPlugin::wait_until_closed(settings.plugins.start_timeout)) {
        spdlog::critical("code of a plugin inside the host does not return: the host ends without it");
        ::_exit(status);
    }
    spdlog::info("stopped{}", is_clean ? "" : "; what was left is recovered at the next start");
    return status;
}

}  // namespace jobhost::host
