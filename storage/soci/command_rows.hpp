// Commands: what people asked for, as rows.
#pragma once

#include "storage/operation_store.hpp"
#include "storage/soci/session.hpp"

#include <vector>

namespace jobhost::storage {

// Throws refused for a name of who asks that cannot be stored.
void check_asker(const std::string& by);

// What was done at once. `done` and `not_possible` count jobs, if there were several.
struct DoneCommand {
    CommandId id;
    Verb verb = Verb::requeue;
    std::string by;
    std::optional<JobId> job = {};
    std::optional<std::string> queue = {};
    std::string filter = {};
    std::string operation = "{}";
    std::optional<std::string> definition = {};
};
void insert_done(Session& session, const DoneCommand& command);
// What goes on in the background.
void insert_open(Session& session, CommandId id, const std::string& filter, const Operation& operation);

std::optional<Command> find_command(Session& session, CommandId id);
std::vector<Command> list_commands(Session& session, std::size_t limit);

}  // namespace jobhost::storage
