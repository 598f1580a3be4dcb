// Definitions that nobody is left to take back: their file is not here, and the server that brought it is
// gone.
#pragma once

#include "config/load.hpp"
#include "storage/server_store.hpp"
#include "storage/source_store.hpp"

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace jobhost::host {

// Which servers are live, by application and name.
class LiveServers {
public:
    explicit LiveServers(const std::vector<storage::ServerInfo>& servers);
    bool contain(const std::string& application, const std::string& name) const {
        return names_.contains({application, name});
    }

    // Whether the one that brought this runs.
    bool contain_bringer_of(const storage::SourceRevision& held) const;

private:
    std::set<std::pair<std::string, std::string>> names_;
};

// Of `revisions` those that hold, seen from a host with these files: neither it nor a live server would
// retire them. The host may have been renamed, or its machine may be gone; or it is only away.
std::vector<storage::SourceRevision> ownerless(const std::vector<storage::SourceRevision>& revisions,
                                               const config::Configuration& here, const LiveServers& live);

// What to do about it.
std::string retire_command(const std::string& source);

// A line of the log for each of this host's application.
void warn_of_ownerless(const std::vector<storage::SourceRevision>& sources, const std::string& application);

}  // namespace jobhost::host
