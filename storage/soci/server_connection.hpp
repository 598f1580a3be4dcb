// One connection to a database server, and its transactions.
#pragma once

#include "storage/soci/session.hpp"

#include <chrono>

namespace jobhost::storage {

enum class Access { read, write };

// Not thread-safe. Every call throws StorageError; a connection that has thrown is not used again.
class ServerConnection {
public:
    using Deadline = std::chrono::steady_clock::time_point;

    virtual ~ServerConnection() = default;

    virtual Session& session() noexcept = 0;
    // No call waits any longer than until then, unless socket() leaves that to the caller.
    virtual void set_deadline(Deadline deadline) noexcept = 0;
    // Tells a new connection what it is to know. Before all else.
    virtual void set_up() = 0;
    // Also sets session().now().
    virtual void begin(Access access) = 0;
    virtual void commit() = 0;
    virtual void rollback() = 0;
    // The socket of a connection whose calls have no deadline of their own; -1: they have.
    virtual int socket() noexcept = 0;
};

}  // namespace jobhost::storage
