// Servers of the reference model.
#pragma once

#include "storage/server_store.hpp"
#include "tests/storage/model_store/model_database.hpp"

namespace jobhost::storage::model {

class ModelServerStore final : public ServerStore {
public:
    explicit ModelServerStore(Opened& opened) : opened_{opened} {}

    ServerId enter(const ServerInfo& info, std::span<const ServedType> types) override;
    bool set_types(ServerId server, std::span<const ServedType> types) override;
    void set_plugins(ServerId server, std::span<const ServedPlugin> plugins) override;
    void leave(ServerId server) override;
    bool beat(ServerId server, Duration lease) override;
    std::optional<ServerId> declare_dead(const std::string& incarnation) override;
    bool declare_dead(ServerId server, std::int64_t beat) override;
    std::vector<ServerId> stranded(std::size_t limit) override;
    std::size_t recover(ServerId server, std::size_t limit) override;
    std::vector<ServerInfo> list() override;
    std::vector<ServedType> served_types() override;
    std::map<ServerId, std::vector<ServedPlugin>> served_plugins() override;

private:
    Opened& opened_;
};

}  // namespace jobhost::storage::model
