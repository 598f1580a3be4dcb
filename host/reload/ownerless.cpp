#include "host/reload/ownerless.hpp"

#include "host/scheduling/sources.hpp"
#include "storage/model/time_text.hpp"

#include <spdlog/spdlog.h>

namespace jobhost::host {

namespace {

constexpr std::size_t kMostLines = 10;

std::string application_of(const std::string& source) {
    return source.substr(0, source.find('/'));
}

}  // namespace

LiveServers::LiveServers(const std::vector<storage::ServerInfo>& servers) {
    for (const storage::ServerInfo& server : servers)
        if (server.state == storage::ServerState::live) names_.emplace(server.application, server.name);
}

bool LiveServers::contain_bringer_of(const storage::SourceRevision& held) const {
    return contain(application_of(held.source), held.applied_by);
}

std::vector<storage::SourceRevision> ownerless(const std::vector<storage::SourceRevision>& revisions,
                                               const config::Configuration& here, const LiveServers& live) {
    const config::ServerSettings& server = here.settings.server;
    std::set<std::string> files;
    for (const auto& [source, folder] : folders_of(here))
        files.insert(source);
    std::vector<storage::SourceRevision> found;
    for (const storage::SourceRevision& held : revisions) {
        const bool is_ours =
            application_of(held.source) == server.application && held.applied_by == server.name;
        if (held.digest.empty() || is_ours || files.contains(held.source)) continue;
        if (!live.contain_bringer_of(held)) found.push_back(held);
    }
    return found;
}

std::string retire_command(const std::string& source) {
    return "jobhost config apply --retire '" + source + "'";
}

void warn_of_ownerless(const std::vector<storage::SourceRevision>& sources, const std::string& application) {
    std::size_t lines = 0;
    for (const storage::SourceRevision& held : sources) {
        if (application_of(held.source) != application) continue;
        if (++lines > kMostLines) continue;
        spdlog::warn(
            "nobody is left to retire the definitions of {}: the file is not here, and the server {}, which "
            "applied it at {}, does not run; if they are not wanted any more: {}",
            held.source, held.applied_by, to_text(held.applied_at), retire_command(held.source));
    }
    if (lines > kMostLines)
        spdlog::warn("the same holds for {} more; jobhost config status shows them", lines - kMostLines);
}

}  // namespace jobhost::host
