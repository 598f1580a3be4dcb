// What people ask of this server, and what it answers.
#pragma once

#include "host/sync/boot_clock.hpp"
#include "host/sync/guarded.hpp"
#include "storage/server_command_store.hpp"

#include <functional>
#include <map>
#include <optional>
#include <set>

namespace jobhost::host {

// run_once() is for one thread, answer() for any.
class ServerCommands {
public:
    // `asked` is told of each command once. References outlive this.
    ServerCommands(storage::ServerCommandStore& store, ServerId server, const BootClock& clock,
                   std::function<void(storage::ServerCommand)> asked)
        : store_{store}, server_{server}, clock_{clock}, asked_{std::move(asked)} {}

    // The next run_once() writes it.
    void answer(storage::ServerCommandId command, storage::ServerAnswer answer);

    // Writes answers, and looks for commands, unless it has just done so; how long until it is time to look
    // again. Throws StorageError; then nothing is lost.
    Duration run_once();

private:
    void write_answers();

    storage::ServerCommandStore& store_;
    const ServerId server_;
    const BootClock& clock_;
    const std::function<void(storage::ServerCommand)> asked_;
    Guarded<std::map<storage::ServerCommandId, storage::ServerAnswer>> answers_;  // not written yet
    std::set<storage::ServerCommandId> in_hand_;                                  // not answered yet
    std::optional<BootTime> looked_at_;
};

}  // namespace jobhost::host
