// What the operator defined, as the database knows it, and where each schedule stands.
#pragma once

#include "storage/model/batch.hpp"
#include "storage/model/definition.hpp"
#include "storage/model/job.hpp"

#include <span>
#include <string>
#include <vector>

namespace jobhost::storage {

struct StoredDefinition {
    DefinitionId id;
    std::string source;
    std::int64_t revision = 0;         // raised by each change
    std::optional<TimePoint> next_at;  // the next nominal instant; nothing: no schedule, or it has ended
    Definition definition;
    // Why this program cannot read it, if it cannot: a newer one wrote it, or one whose machine knows more
    // time zones. Then `definition` has its name and, if that can be told, `after`.
    std::string unreadable = {};
};

// What one source, a definition file, holds. The name begins with the application and is the same on every
// machine: "shop/jobs.d/mail.yaml".
struct SourceDefinitions {
    std::string source;
    std::vector<Definition> definitions;
};

// What became of one definition. `before`: nothing for one that is new, or that nobody can read any more.
struct DefinitionChange {
    enum class Kind { added, changed, retired };
    Kind kind = Kind::added;
    std::string name;
    std::string source;  // the one that it has now, or had
    std::optional<Definition> before;
    std::optional<Definition> after;  // nothing: retired
};

struct Applied {
    std::size_t added = 0;
    std::size_t changed = 0;
    std::size_t retired = 0;
    std::vector<DefinitionChange> changes = {};  // all of these, in the order in which they were made
};

// One nominal instant (or a skipped stretch of them) of one definition.
struct Firing {
    DefinitionId definition;
    std::int64_t revision = 0;
    TimePoint seen;                      // next_at as read; the firing counts only if it still is
    std::optional<TimePoint> next;       // the new next_at
    std::vector<NewJob> jobs;            // with ids; each definition's own with that and nominal_at
    std::vector<NewBatch> batches = {};  // with ids
    // Staged beforehand, as they are too large for one transaction; opened as by WorkflowStore::open(), in
    // this order, if the firing counts. What is left of those that do not is purged.
    std::vector<BatchId> opens = {};
};

// Thread-safe. Every call may throw StorageError.
class DefinitionStore {
public:
    virtual ~DefinitionStore() = default;

    // Make the database hold what the files of `server` say, all of them at once: one transaction. A
    // definition may move from one of these sources to another. What they no longer list is retired, as is
    // what came from a source of this application that this very server applied last and that is not there
    // any more; retired ones keep their history and run no more. A schedule that is new or changed starts
    // after the present instant; it never fires for the past. Throws refused when a name belongs to a source
    // of somebody else. One that cannot be read is changed like any other; its schedule starts anew.
    virtual Applied apply(const std::string& application, const std::string& server,
                          std::span<const SourceDefinitions> sources) = 0;

    // Those that are not retired, by name. One that cannot be read hides no other.
    virtual std::vector<StoredDefinition> list() = 0;
    virtual std::optional<StoredDefinition> find(const std::string& name) = 0;

    // Insert the jobs of each firing and move its cursor, provided nobody else did: exactly one host fires
    // for one instant. A job for an instant that has had one is left out. How many took effect.
    virtual std::size_t fire(std::span<const Firing> firings) = 0;
};

}  // namespace jobhost::storage
