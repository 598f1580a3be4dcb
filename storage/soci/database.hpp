// Transactions on one database, whatever its kind. What the stores are written against.
#pragma once

#include "storage/model/time.hpp"
#include "storage/soci/session.hpp"

#include <functional>

namespace jobhost::storage {

using Work = std::function<void(Session&)>;

// Thread-safe. Every call blocks up to the storage's deadline and may throw StorageError.
class Database {
public:
    virtual ~Database() = default;

    // Runs `work` in one transaction and returns when it is durable. What `work` throws undoes it and is
    // thrown on. `work` runs once, possibly on another thread.
    virtual void write(const Work& work) = 0;

    // Runs `work` on a snapshot; it must not write, and must be brief.
    virtual void read(const Work& work) = 0;

    // The database's clock: the one that orders the jobs of all hosts.
    virtual TimePoint now() = 0;
};

}  // namespace jobhost::storage
