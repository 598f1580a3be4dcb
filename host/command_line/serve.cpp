#include "host/command_line/opened.hpp"
#include "host/command_line/text.hpp"
#include "host/daemon/host.hpp"
#include "host/observe/log.hpp"
#include "host/scheduling/sources.hpp"

#include <spdlog/spdlog.h>

#include <csignal>

namespace jobhost::host {

namespace {

void report_refused(const Catalog& catalog, const std::filesystem::path& folder) {
    for (const RefusedPlugin& refused : catalog.refused())
        spdlog::error("plugin {} is refused: {}; {}", refused.file, refused.reason, refused.remedy);
    if (catalog.plugins().empty()) spdlog::warn("there is no plugin in {}; nothing can run", folder.string());
    for (const LoadedPlugin& plugin : catalog.plugins())
        spdlog::info("plugin {} {} from {}: {}", plugin.description.name, plugin.description.version,
                     plugin.file, counted(plugin.description.types.size(), "job type"));
}

// Definitions whose type nobody serves yet are kept: their jobs wait until the plugin arrives.
void report_unserved(const config::Configuration& configuration, const Catalog& catalog) {
    for (const config::Source& source : configuration.sources)
        for (const config::PlacedDefinition& placed : source.definitions)
            for (const config::PlacedText& type : placed.types)
                if (!catalog.find(type.text))
                    spdlog::warn("{}: no plugin has the job type '{}'; its jobs wait for one",
                                 config::to_text(type.where), type.text);
}

// The limits go first, as definitions name them.
void apply_definitions(Opened& opened) {
    const config::Settings& settings = opened.configuration.settings;
    const config::ServerSettings& server = settings.server;
    if (!settings.limits.empty()) opened.storage->limits().set(settings.limits);
    const std::vector<storage::SourceDefinitions> sources = sources_of(opened.configuration);
    std::size_t count = 0;
    for (const storage::SourceDefinitions& source : sources)
        count += source.definitions.size();
    const storage::Applied applied =
        opened.storage->definitions().apply(server.application, server.name, sources);
    spdlog::info("{} in {}: {} added, {} changed, {} retired", counted(count, "definition"),
                 counted(sources.size(), "file"), applied.added, applied.changed, applied.retired);
}

}  // namespace

int serve(const GlobalOptions& global) {
    const auto opened = open(global);
    const config::Settings& settings = opened->configuration.settings;
    // Whoever reads the log may end; the jobs go on.
    std::signal(SIGPIPE, SIG_IGN);
    start_log(settings.log);
    // Before the host is there, which registers and claims: these may be refused.
    apply_definitions(*opened);
    Host host{opened->configuration, *opened->storage, opened->clock};
    report_refused(host.catalog(), settings.plugins.folder);
    report_unserved(opened->configuration, host.catalog());
    const bool is_clean = host.run();
    spdlog::info("stopped{}", is_clean ? "" : "; what was left is recovered at the next start");
    return is_clean ? kDone : kFailed;
}

}  // namespace jobhost::host
