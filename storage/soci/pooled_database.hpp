// A database server behind a few connections that are kept.
#pragma once

#include "storage/soci/announcer.hpp"
#include "storage/soci/database.hpp"
#include "storage/soci/deadline_watch.hpp"
#include "storage/soci/server_connection.hpp"
#include "storage/storage_error.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <vector>

namespace jobhost::storage {

// Connections are made when they are needed and kept while they work. After an attempt that failed, others
// fail at once with the same error for a while, longer each time, so that a server that comes up is not
// overrun.
class PooledDatabase final : public Database {
public:
    using Connect = std::function<std::unique_ptr<ServerConnection>(const StatementCatalog&)>;

    PooledDatabase(StatementCatalog catalog, Connect connect, Duration timeout)
        : catalog_{std::move(catalog)}, connect_{std::move(connect)}, timeout_{timeout} {}

    void write_within(Duration patience, const Work& work) override;
    void write_repeatedly(const Work& work) override;
    void read(const Work& work) override;
    void glance(const Work& work) override;
    const StatementCatalog& catalog() const noexcept override { return catalog_; }

private:
    using Deadline = std::chrono::steady_clock::time_point;
    using Connection = std::unique_ptr<ServerConnection>;

    void run(const Work& work, Access access, Deadline deadline);
    void transact(ServerConnection& connection, const Work& work, Access access);
    void announce();
    DeadlineWatch::Guard bounded(ServerConnection& connection, Deadline deadline);
    Connection begun(Access access, Deadline deadline);
    Connection take(Deadline deadline);
    Connection connected(Deadline deadline);
    void give_back(Connection connection) noexcept;
    void forget_idle() noexcept;
    Duration jittered(Duration pause);

    const StatementCatalog catalog_;
    const Connect connect_;
    const Duration timeout_;
    DeadlineWatch watch_;

    std::mutex mutex_;
    std::condition_variable given_back_;
    std::vector<Connection> idle_;
    int connections_ = 0;
    std::optional<StorageError> refusal_;  // of the last attempt to connect
    Deadline next_attempt_{};
    Duration attempt_pause_{};
    std::minstd_rand random_{std::random_device{}()};
    Announcer announcer_{[this] { announce(); }};  // last: it uses all of the above
};

}  // namespace jobhost::storage
