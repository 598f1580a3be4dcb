// The stores of one database.
#pragma once

#include "storage/definition_store.hpp"
#include "storage/job_queries.hpp"
#include "storage/job_store.hpp"
#include "storage/server_store.hpp"
#include "storage/storage_error.hpp"

#include <memory>
#include <string>

namespace jobhost::storage {

struct StorageOptions {
    std::string url;                              // "sqlite:/var/lib/jobhost/jobhost.db"
    Duration timeout = std::chrono::seconds{30};  // deadline of each call
};

// Tells that somebody wrote to the database, so that idle hosts need not poll. A hint: it may be late, missed
// or raised for nothing.
class Wakeups {
public:
    virtual ~Wakeups() = default;
    // Readable when there may be news. Owned by this object; only for waiting, never for reading.
    virtual int descriptor() const noexcept = 0;
    // Take the news; whether any of it concerned the database.
    virtual bool drain() noexcept = 0;
};

class Storage {
public:
    virtual ~Storage() = default;
    virtual JobStore& jobs() noexcept = 0;
    virtual JobQueries& queries() noexcept = 0;
    virtual ServerStore& servers() noexcept = 0;
    virtual DefinitionStore& definitions() noexcept = 0;
    virtual std::unique_ptr<Wakeups> watch() = 0;
};

// Opens the database, creating it or bringing its schema up to date as needed. `clock` is what the database's
// own clock is on databases that have none (SQLite); it must outlive the storage. Throws StorageError.
std::unique_ptr<Storage> open_storage(const StorageOptions& options, const Clock& clock);

}  // namespace jobhost::storage
