#include "host/command_line/asked_servers.hpp"

#include "host/command_line/who.hpp"
#include "host/observe/printable.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

namespace jobhost::host {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

// An answer is no news to hosts, so that nobody announces it.
constexpr auto kPause = 50ms;

boost::json::object object_of(const std::string& text) {
    boost::system::error_code error;
    const boost::json::value value = boost::json::parse(text, error);
    return !error && value.is_object() ? value.get_object() : boost::json::object{};
}

}  // namespace

std::vector<storage::ServerInfo> live_servers(Opened& opened, const std::vector<std::string>& names) {
    const std::string& application = opened.configuration.settings.server.application;
    std::vector<storage::ServerInfo> live;
    for (storage::ServerInfo& server : opened.storage->servers().list())
        if (server.state == storage::ServerState::live && server.application == application)
            live.push_back(std::move(server));
    if (live.empty())
        throw CommandError{kFailed, "no host of the application '" + printable(application) +
                                        "' is running on this database; start one with: jobhost serve"};
    for (const std::string& name : names)
        if (std::ranges::find(live, name, &storage::ServerInfo::name) == live.end())
            throw CommandError{
                kFailed, "no server '" + printable(name) + "' is live; see which are: jobhost servers list"};
    if (!names.empty())
        std::erase_if(
            live, [&](const auto& server) { return std::ranges::find(names, server.name) == names.end(); });
    std::ranges::sort(live, {}, &storage::ServerInfo::name);
    return live;
}

std::vector<AskedServer> ask_servers(Opened& opened, const std::vector<storage::ServerInfo>& servers,
                                     std::string_view verb, const std::string& argument, Duration timeout) {
    storage::ServerCommandStore& store = opened.storage->server_commands();
    std::vector<ServerId> ids;
    for (const storage::ServerInfo& server : servers)
        ids.push_back(server.id);
    const auto deadline = steady_clock::now() + timeout;
    const auto commands =
        store.hand_in(ids, {.verb = std::string{verb}, .argument = argument, .by = who()}, timeout);
    auto answers = store.answers(commands);
    while (answers.size() < commands.size() && steady_clock::now() < deadline) {
        std::this_thread::sleep_for(kPause);
        answers = store.answers(commands);
    }
    std::vector<AskedServer> asked;
    for (std::size_t i = 0; i < servers.size(); ++i) {
        AskedServer& server = asked.emplace_back(AskedServer{.name = servers[i].name});
        const auto answer = answers.find(commands[i]);
        if (answer == answers.end()) continue;
        server.is_done = answer->second.is_done;
        server.answer = object_of(answer->second.text);
    }
    return asked;
}

}  // namespace jobhost::host
