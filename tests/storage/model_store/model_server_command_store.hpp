// What is asked of the servers of the reference model.
#pragma once

#include "storage/server_command_store.hpp"
#include "tests/storage/model_store/model_database.hpp"

namespace jobhost::storage::model {

class ModelServerCommandStore final : public ServerCommandStore {
public:
    explicit ModelServerCommandStore(Opened& opened) : opened_{opened} {}

    std::vector<ServerCommandId> hand_in(std::span<const ServerId> servers, const ServerRequest& request,
                                         Duration patience) override;
    std::vector<ServerCommand> open_of(ServerId server) override;
    void answer(ServerCommandId command, const ServerAnswer& answer) override;
    std::map<ServerCommandId, ServerAnswer> answers(std::span<const ServerCommandId> commands) override;

private:
    Opened& opened_;
};

}  // namespace jobhost::storage::model
