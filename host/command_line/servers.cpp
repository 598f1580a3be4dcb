#include "host/command_line/job_json.hpp"
#include "host/command_line/opened.hpp"
#include "host/command_line/text.hpp"
#include "host/observe/printable.hpp"

#include <algorithm>
#include <iostream>

namespace jobhost::host {

namespace {

std::string queues_of(const storage::ServerInfo& server) {
    std::string text;
    for (const std::string& queue : server.queues)
        text += (text.empty() ? "" : ", ") + printable(queue);
    return text.empty() ? "-" : text;
}

}  // namespace

int servers_list(const GlobalOptions& global) {
    const auto opened = open(global);
    std::vector<storage::ServerInfo> servers = opened->storage->servers().list();
    std::ranges::sort(servers, std::greater{}, &storage::ServerInfo::started_at);
    if (global.json) {
        std::cout << array_of(servers) << '\n';
        return kDone;
    }
    std::vector<std::vector<std::string>> rows{{"ID", "NAME", "APPLICATION", "STATE", "MACHINE", "PROCESS",
                                                "WORKERS", "QUEUES", "STARTED (UTC)", "ENDED (UTC)"}};
    for (const storage::ServerInfo& server : servers)
        rows.push_back({std::to_string(server.id.value), printable(server.name),
                        printable(server.application), std::string{to_string(server.state)},
                        printable(server.host_name), std::to_string(server.pid),
                        std::to_string(server.workers), queues_of(server), short_text(server.started_at),
                        server.stopped_at ? short_text(*server.stopped_at) : "-"});
    if (servers.empty())
        std::cout << "no host has run on this database yet; start one with: jobhost serve\n";
    else
        print_table(std::cout, rows);
    return kDone;
}

}  // namespace jobhost::host
