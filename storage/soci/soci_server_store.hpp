#pragma once

#include "storage/server_store.hpp"
#include "storage/soci/changes.hpp"

namespace jobhost::storage {

class SociServerStore final : public ServerStore {
public:
    // `database` must outlive the store.
    explicit SociServerStore(Changes& changes) : changes_{changes}, database_{changes.database()} {}

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
    Changes& changes_;
    Database& database_;
};

}  // namespace jobhost::storage
