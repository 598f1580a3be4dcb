// What people ask of servers that run, beyond what they find in the database by themselves: a hand-over that
// each server takes up, does and answers.
#pragma once

#include "storage/model/ids.hpp"
#include "storage/model/time.hpp"

#include <map>
#include <span>
#include <string>
#include <vector>

namespace jobhost::storage {

using ServerCommandId = Id<struct ServerCommandTag, std::int64_t>;

// `verb` and `argument` are between who asks and who answers: a store takes them as they are.
struct ServerRequest {
    std::string verb;      // "plugins.reload"
    std::string argument;  // of the verb; may be empty
    std::string by;        // who asks
};

struct ServerCommand {
    ServerCommandId id;
    ServerRequest request;
};

struct ServerAnswer {
    bool is_done = false;  // else refused
    std::string text;      // of the verb; JSON
};

// Thread-safe. Every call may throw StorageError.
class ServerCommandStore {
public:
    virtual ~ServerCommandStore() = default;

    // Asks each of these servers, and wakes them; ids in their order. Who has not taken it up when `patience`
    // is over never does. Throws refused for texts that cannot be stored.
    virtual std::vector<ServerCommandId> hand_in(std::span<const ServerId> servers,
                                                 const ServerRequest& request, Duration patience) = 0;
    // What this server has yet to answer, the oldest first.
    virtual std::vector<ServerCommand> open_of(ServerId server) = 0;
    // The first answer counts.
    virtual void answer(ServerCommandId command, const ServerAnswer& answer) = 0;
    // Of those that have one. UpkeepStore forgets them a day after they were asked for.
    virtual std::map<ServerCommandId, ServerAnswer> answers(std::span<const ServerCommandId> commands) = 0;
};

}  // namespace jobhost::storage
