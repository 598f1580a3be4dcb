#pragma once

#include "storage/server_command_store.hpp"
#include "storage/soci/changes.hpp"

namespace jobhost::storage {

class SociServerCommandStore final : public ServerCommandStore {
public:
    // Outlives the store.
    explicit SociServerCommandStore(Changes& changes) : changes_{changes}, database_{changes.database()} {}

    std::vector<ServerCommandId> hand_in(std::span<const ServerId> servers, const ServerRequest& request,
                                         Duration patience) override;
    std::vector<ServerCommand> open_of(ServerId server) override;
    void answer(ServerCommandId command, const ServerAnswer& answer) override;
    std::map<ServerCommandId, ServerAnswer> answers(std::span<const ServerCommandId> commands) override;

private:
    Changes& changes_;
    Database& database_;
};

}  // namespace jobhost::storage
