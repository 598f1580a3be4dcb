// What the servers of an application say that they have of plugins.
#pragma once

#include "host/command_line/opened.hpp"

#include <boost/json.hpp>

#include <string>
#include <vector>

namespace jobhost::host {

struct ServerPlugins {
    std::string server;  // its name
    std::vector<storage::ServedPlugin> plugins;
};

// Of those that are live, by name.
std::vector<ServerPlugins> served_plugins(Opened& opened);

// "live", if all of them run that, "live on one, two", or "no host runs it".
std::string live_text(const std::vector<ServerPlugins>& servers, const std::string& digest);
// Those of a file, which may hold that plugin, in the words of JSON.
boost::json::array states_of(const std::vector<ServerPlugins>& servers, const std::string& file);
// A table of all, with its head.
std::vector<std::vector<std::string>> rows_of(const std::vector<ServerPlugins>& servers);

// "live", "waiting", "draining", "refused".
std::string_view to_string(storage::PluginState state) noexcept;

}  // namespace jobhost::host
