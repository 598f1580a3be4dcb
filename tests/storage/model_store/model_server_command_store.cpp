#include "tests/storage/model_store/model_server_command_store.hpp"

#include "storage/text.hpp"

namespace jobhost::storage::model {

std::vector<ServerCommandId> ModelServerCommandStore::hand_in(std::span<const ServerId> servers,
                                                              const ServerRequest& request,
                                                              Duration patience) {
    return opened_.write([&](ModelDatabase& database, TimePoint now) {
        demand(is_storable(request.by) && request.by.size() <= kMaxNameSize, "who asks");
        demand(is_storable(request.verb) && is_storable(request.argument), "what is asked");
        std::vector<ServerCommandId> ids;
        for (const ServerId server : servers) {
            ids.emplace_back(ServerCommandId{database.next_job++});
            database.server_commands[ids.back()] = {server, request, now, now + patience};
        }
        return ids;
    });
}

std::vector<ServerCommand> ModelServerCommandStore::open_of(ServerId server) {
    return opened_.read([&](const ModelDatabase& database) {
        std::vector<ServerCommand> found;
        for (const auto& [id, command] : database.server_commands)
            if (command.server == server && !command.answer && command.expires_at > opened_.clock->now())
                found.push_back({id, command.request});
        return found;
    });
}

void ModelServerCommandStore::answer(ServerCommandId id, const ServerAnswer& answer) {
    opened_.write([&](ModelDatabase& database, TimePoint) {
        const auto found = database.server_commands.find(id);
        if (found != database.server_commands.end() && !found->second.answer) found->second.answer = answer;
    });
}

std::map<ServerCommandId, ServerAnswer> ModelServerCommandStore::answers(
    std::span<const ServerCommandId> commands) {
    return opened_.read([&](const ModelDatabase& database) {
        std::map<ServerCommandId, ServerAnswer> found;
        for (const ServerCommandId id : commands) {
            const auto command = database.server_commands.find(id);
            if (command != database.server_commands.end() && command->second.answer)
                found[id] = *command->second.answer;
        }
        return found;
    });
}

}  // namespace jobhost::storage::model
