#include "host/command_line/served_plugins.hpp"

#include "host/observe/printable.hpp"

#include <algorithm>
#include <map>

namespace jobhost::host {

namespace {

namespace json = boost::json;
using storage::PluginState;
using storage::ServedPlugin;

constexpr std::size_t kShortDigest = 12;

bool has_live(const ServerPlugins& server, const std::string& digest) {
    return std::ranges::any_of(server.plugins, [&](const ServedPlugin& plugin) {
        return plugin.state == PluginState::live && plugin.digest == digest;
    });
}

json::object to_json(const std::string& server, const ServedPlugin& plugin) {
    json::object object{{"server", server}, {"state", to_string(plugin.state)}};
    if (plugin.state == PluginState::refused) {
        object["reason"] = plugin.reason;
        return object;
    }
    object["plugin"] = plugin.plugin;
    object["version"] = plugin.version;
    object["digest"] = plugin.digest;
    object["generation"] = plugin.generation;
    return object;
}

}  // namespace

std::string_view to_string(PluginState state) noexcept {
    switch (state) {
        case PluginState::live:
            return "live";
        case PluginState::waiting:
            return "waiting";
        case PluginState::draining:
            return "draining";
        case PluginState::refused:
            return "refused";
    }
    return "unknown";
}

std::vector<ServerPlugins> served_plugins(Opened& opened) {
    storage::ServerStore& store = opened.storage->servers();
    auto served = store.served_plugins();
    std::vector<ServerPlugins> found;
    for (const storage::ServerInfo& server : store.list())
        if (server.state == storage::ServerState::live &&
            server.application == opened.configuration.settings.server.application)
            found.push_back({.server = server.name, .plugins = std::move(served[server.id])});
    std::ranges::stable_sort(found, {}, &ServerPlugins::server);
    return found;
}

std::string live_text(const std::vector<ServerPlugins>& servers, const std::string& digest) {
    std::string names;
    std::size_t count = 0;
    for (const ServerPlugins& server : servers) {
        if (!has_live(server, digest)) continue;
        names += (++count == 1 ? "" : ", ") + printable(server.server);
    }
    if (count == 0) return "no host runs it";
    return count == servers.size() ? "live" : "live on " + names;
}

json::array states_of(const std::vector<ServerPlugins>& servers, const std::string& file) {
    json::array states;
    for (const ServerPlugins& server : servers)
        for (const ServedPlugin& plugin : server.plugins)
            if (plugin.file == file) states.push_back(to_json(server.server, plugin));
    return states;
}

std::vector<std::vector<std::string>> rows_of(const std::vector<ServerPlugins>& servers) {
    std::vector<std::vector<std::string>> rows{
        {"SERVER", "PLUGIN", "VERSION", "DIGEST", "GENERATION", "FILE", "STATE"}};
    for (const ServerPlugins& server : servers)
        for (const ServedPlugin& plugin : server.plugins) {
            const std::string state{to_string(plugin.state)};
            if (plugin.state == PluginState::refused)
                rows.push_back({printable(server.server), "-", "-", "-", "-", printable(plugin.file),
                                state + ": " + printable(plugin.reason)});
            else
                rows.push_back({printable(server.server), printable(plugin.plugin), printable(plugin.version),
                                printable(plugin.digest.substr(0, kShortDigest)),
                                std::to_string(plugin.generation), printable(plugin.file), state});
        }
    return rows;
}

}  // namespace jobhost::host
