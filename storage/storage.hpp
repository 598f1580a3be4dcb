// The stores of one database.
#pragma once

#include "storage/definition_store.hpp"
#include "storage/job_queries.hpp"
#include "storage/job_store.hpp"
#include "storage/limit_store.hpp"
#include "storage/operation_store.hpp"
#include "storage/run_store.hpp"
#include "storage/server_command_store.hpp"
#include "storage/server_store.hpp"
#include "storage/source_store.hpp"
#include "storage/storage_error.hpp"
#include "storage/upkeep_store.hpp"
#include "storage/workflow_store.hpp"

#include <memory>
#include <string>

namespace jobhost::storage {

struct StorageOptions {
    // "sqlite:/var/lib/jobhost/jobhost.db", "postgresql://user@host/database", "odbc:Driver=…;Server=…". May
    // hold a password: no error says more than its first word.
    std::string url;
    Duration timeout = std::chrono::seconds{30};  // deadline of each call
    std::string schema = "jobhost";               // where our tables lie; SQLite has no such thing
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
    virtual UpkeepStore& upkeep() noexcept = 0;
    virtual WorkflowStore& workflows() noexcept = 0;
    virtual OperationStore& operations() noexcept = 0;
    virtual LimitStore& limits() noexcept = 0;
    virtual RunStore& runs() noexcept = 0;
    virtual SourceStore& sources() noexcept = 0;
    virtual ServerCommandStore& server_commands() noexcept = 0;
    virtual std::unique_ptr<Wakeups> watch() = 0;
    // By the clock that all instants of this database go by; see open_storage(). Throws StorageError.
    virtual TimePoint now() = 0;
};

// Opens the database, creating it or bringing its schema up to date as needed. Instants are those of the
// database's own clock, or, where it has none (SQLite), of the machine's; a test may put `clock` in its
// place, which must outlive the storage. Throws StorageError.
std::unique_ptr<Storage> open_storage(const StorageOptions& options, const Clock* clock = nullptr);

}  // namespace jobhost::storage
