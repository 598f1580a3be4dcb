// The same deeds through jobhost's stores.
#pragma once

#include "storage/bench/connection.hpp"
#include "storage/storage.hpp"

#include <memory>

namespace jobhost::bench {

// A space as jobhost's stores see it.
class StoredSpace {
public:
    // Makes the tables, by opening the storage, and `servers` live servers.
    StoredSpace(storage::StorageOptions options, int servers);

    const storage::StorageOptions& options() const noexcept { return options_; }
    const std::vector<ServerId>& servers() const noexcept { return servers_; }
    // All connections share one storage, as the threads of a host do, and one server. It is closed with the
    // last of them.
    std::unique_ptr<Connection> connect();

private:
    storage::StorageOptions options_;
    std::vector<ServerId> servers_;
    std::weak_ptr<storage::Storage> storage_;
};

}  // namespace jobhost::bench
