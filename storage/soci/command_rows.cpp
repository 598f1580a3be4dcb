#include "storage/soci/command_rows.hpp"

#include "storage/soci/instants.hpp"
#include "storage/soci/operation_json.hpp"
#include "storage/soci/stored_enum.hpp"
#include "storage/storage_error.hpp"
#include "storage/text.hpp"

#include <utility>

namespace jobhost::storage {

namespace {

enum class Progress { open = 0, done = 1 };  // command.state

void insert(Session& session, const DoneCommand& command, Progress progress) {
    const long long now = micros(session.now());
    const auto text = [](const char* name, const std::optional<std::string>& value) {
        return value ? Parameter{name, *value} : Parameter{name, std::optional<long long>{}};
    };
    session.execute("command_insert",
                    {{"id", command.id.value},
                     {"state", static_cast<long long>(progress)},
                     {"verb", static_cast<long long>(command.verb)},
                     {"job", command.job ? std::optional<long long>{command.job->value} : std::nullopt},
                     text("queue", command.queue),
                     text("definition", command.definition),
                     {"by", command.by},
                     {"filter", command.filter},
                     {"operation", command.operation},
                     {"now", now},
                     {"finished_at", progress == Progress::done ? std::optional{now} : std::nullopt}});
}

using Maybe = std::optional<long long>;

std::vector<Command> read(Session& session, const char* statement, const Parameters& parameters) {
    std::vector<Command> commands;
    for (auto& [id, verb, job, queue, definition, by, filter, looked_at, done, not_possible, created_at,
                finished_at] :
         session.rows<long long, int, Maybe, std::optional<std::string>, std::optional<std::string>,
                      std::string, std::string, long long, long long, long long, long long, Maybe>(
             statement, parameters)) {
        Command command{
            .id = CommandId{id},
            .verb = stored_as<Verb>(kVerbNames, verb, "the verb of command " + std::to_string(id)),
            .by = std::move(by),
            .job = {},
            .queue = {},
            .definition = std::move(definition).value_or(""),
            .filter = std::move(filter),
            .looked_at = looked_at,
            .done = done,
            .not_possible = not_possible,
            .created_at = instant(created_at),
            .finished_at = instant(finished_at)};
        if (job) command.job = JobId{*job};
        if (queue) command.queue = QueueName{*std::move(queue)};
        commands.push_back(std::move(command));
    }
    return commands;
}

}  // namespace

void check_asker(const std::string& by) {
    if (!is_storable(by) || by.size() > kMaxNameSize)
        throw StorageError{StorageError::Kind::refused,
                           "the name of who asks must be UTF-8 without NUL, of " +
                               std::to_string(kMaxNameSize) + " bytes at most"};
}

void insert_done(Session& session, const DoneCommand& command) {
    insert(session, command, Progress::done);
}

void insert_open(Session& session, CommandId id, const std::string& filter, const Operation& operation) {
    insert(session,
           {.id = id,
            .verb = operation.verb,
            .by = operation.by,
            .filter = filter,
            .operation = to_json(operation)},
           Progress::open);
}

std::optional<Command> find_command(Session& session, CommandId id) {
    auto found = read(session, "command_find", {{"id", id.value}});
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

std::vector<Command> list_commands(Session& session, std::size_t limit) {
    return read(session, "command_list", {{"count", static_cast<long long>(limit)}});
}

}  // namespace jobhost::storage
