// Transactions on one database, whatever its kind. What the stores are written against.
#pragma once

#include "storage/soci/session.hpp"
#include "storage/storage_error.hpp"

#include <functional>

namespace jobhost::storage {

using Work = std::function<void(Session&)>;

// The connection was lost in the middle of a commit: what was written is durable, or it is gone.
class OutcomeUnknown : public StorageError {
public:
    using StorageError::StorageError;
};

// Thread-safe. Every call blocks up to the storage's deadline and may throw StorageError.
class Database {
public:
    virtual ~Database() = default;

    // Runs `work` in one transaction and returns when it is durable. What `work` throws undoes it and is
    // thrown on. `work` runs possibly on another thread, and once more each time the database undid it in
    // favour of another transaction (a deadlock): what it leaves behind must be that of its last run alone.
    void write(const Work& work) { write_within(Duration::max(), work); }
    // The same with a deadline that is nearer than the storage's, for what is of no use later.
    virtual void write_within(Duration patience, const Work& work) = 0;
    // The same for what may as well be done twice: it is done again while the outcome is unknown, so that a
    // server that was restarted in the middle of the commit, or a cut connection, does not matter to the
    // caller.
    virtual void write_repeatedly(const Work& work) { write(work); }

    // Runs `work` on a snapshot; it must not write, and must be brief.
    virtual void read(const Work& work) = 0;
    // For one statement that reads, and comes often: in no transaction where that costs less, and now() is
    // not set.
    virtual void glance(const Work& work) { read(work); }

    virtual const StatementCatalog& catalog() const noexcept = 0;
};

}  // namespace jobhost::storage
