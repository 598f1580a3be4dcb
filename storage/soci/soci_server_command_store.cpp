#include "storage/soci/soci_server_command_store.hpp"

#include "storage/soci/command_rows.hpp"
#include "storage/soci/id_list.hpp"
#include "storage/soci/instants.hpp"
#include "storage/soci/refusal.hpp"
#include "storage/text.hpp"

namespace jobhost::storage {

namespace {

enum class Progress { open = 0, done = 1, refused = 2 };  // server_command.state

}  // namespace

std::vector<ServerCommandId> SociServerCommandStore::hand_in(std::span<const ServerId> servers,
                                                             const ServerRequest& request,
                                                             Duration patience) {
    check_asker(request.by);
    if (!is_storable(request.verb) || !is_storable(request.argument))
        refuse("what is asked of a server must be UTF-8 without NUL");
    std::vector<ServerCommandId> ids;
    if (servers.empty()) return ids;
    const std::int64_t first = changes_.ids().reserve(servers.size());
    for (std::size_t i = 0; i < servers.size(); ++i)
        ids.emplace_back(ServerCommandId{first + static_cast<std::int64_t>(i)});
    database_.write([&](Session& session) {
        const TimePoint now = session.now();
        for (std::size_t i = 0; i < servers.size(); ++i)
            session.execute("server_command_insert", {{"id", ids[i].value},
                                                      {"server", servers[i].value},
                                                      {"verb", request.verb},
                                                      {"argument", request.argument},
                                                      {"by", request.by},
                                                      {"now", micros(now)},
                                                      {"expires_at", micros(now + patience)}});
        session.announce();
    });
    return ids;
}

std::vector<ServerCommand> SociServerCommandStore::open_of(ServerId server) {
    std::vector<ServerCommand> found;
    database_.read([&](Session& session) {
        found.clear();
        for (auto& [id, verb, argument, by] : session.rows<long long, std::string, std::string, std::string>(
                 "server_command_open_of", {{"server", server.value}, {"now", micros(session.now())}}))
            found.push_back({.id = ServerCommandId{id},
                             .request = {std::move(verb), std::move(argument), std::move(by)}});
    });
    return found;
}

void SociServerCommandStore::answer(ServerCommandId command, const ServerAnswer& answer) {
    database_.write([&](Session& session) {
        const Progress state = answer.is_done ? Progress::done : Progress::refused;
        session.execute("server_command_answer", {{"id", command.value},
                                                  {"state", static_cast<long long>(state)},
                                                  {"answer", answer.text},
                                                  {"now", micros(session.now())}});
    });
}

std::map<ServerCommandId, ServerAnswer> SociServerCommandStore::answers(
    std::span<const ServerCommandId> commands) {
    std::map<ServerCommandId, ServerAnswer> found;
    database_.read([&](Session& session) {
        for (auto& [id, state, text] : session.rows<long long, int, std::string>(
                 "server_command_answers", {{"ids", id_list(commands)}}))
            found.insert_or_assign(ServerCommandId{id},
                                   ServerAnswer{.is_done = static_cast<Progress>(state) == Progress::done,
                                                .text = std::move(text)});
    });
    return found;
}

}  // namespace jobhost::storage
