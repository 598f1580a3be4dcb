// Hosts that run, what is asked of them, and what they answer.
#pragma once

#include "host/command_line/opened.hpp"

#include <boost/json.hpp>

#include <optional>
#include <string>
#include <vector>

namespace jobhost::host {

// The live servers of the application, or those of these names. Throws CommandError if there is none, or none
// of one of the names.
std::vector<storage::ServerInfo> live_servers(Opened& opened, const std::vector<std::string>& names);

struct AskedServer {
    std::string name;
    bool is_done = false;
    std::optional<boost::json::object> answer;  // nothing: it did not answer in time
};

// Asks each of them, and waits until all have answered, or `timeout` is over. Throws StorageError.
std::vector<AskedServer> ask_servers(Opened& opened, const std::vector<storage::ServerInfo>& servers,
                                     std::string_view verb, const std::string& argument, Duration timeout);

}  // namespace jobhost::host
