// One connection to a database server, and its transactions.
#pragma once

#include "storage/soci/session.hpp"

#include <chrono>

namespace jobhost::storage {

enum class Access { read, write, glance };

// Not thread-safe. Who makes one tells it the catalog's session_setup() first. Every call throws
// StorageError; a connection that has thrown is not used again.
class ServerConnection {
public:
    using Deadline = std::chrono::steady_clock::time_point;

    virtual ~ServerConnection() = default;

    virtual Session& session() noexcept = 0;
    // No call waits any longer than until then, unless socket() leaves that to the caller.
    virtual void set_deadline(Deadline deadline) noexcept = 0;
    // Also sets session().now(). Not for a glance, which needs neither that nor a transaction.
    virtual void begin(Access access) = 0;
    virtual void commit() = 0;
    virtual void rollback() = 0;
    // Where its calls wait; shutting it down ends them. -1: it is not known.
    virtual int socket() noexcept = 0;
};

}  // namespace jobhost::storage
