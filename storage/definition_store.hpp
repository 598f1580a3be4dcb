// What the operator defined, as the database knows it, and where each schedule stands.
#pragma once

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
};

struct Applied {
    std::size_t added = 0;
    std::size_t changed = 0;
    std::size_t retired = 0;
};

// One nominal instant (or a skipped stretch of them) of one definition.
struct Firing {
    DefinitionId definition;
    std::int64_t revision = 0;
    TimePoint seen;                 // next_at as read; the firing counts only if it still is
    std::optional<TimePoint> next;  // the new next_at
    std::vector<NewJob> jobs;       // with ids, definition and nominal_at set
};

// Thread-safe. Every call may throw StorageError.
class DefinitionStore {
public:
    virtual ~DefinitionStore() = default;

    // Make the database hold exactly `definitions` for that source: one transaction. A schedule that is new
    // or changed starts after the present instant; it never fires for the past. Definitions that are not
    // listed are retired: they keep their history and run no more. Throws refused when a name belongs to
    // another source.
    virtual Applied apply(const std::string& source, std::span<const Definition> definitions) = 0;

    // Those that are not retired, by name.
    virtual std::vector<StoredDefinition> list() = 0;
    virtual std::optional<StoredDefinition> find(const std::string& name) = 0;

    // Insert the jobs of each firing and move its cursor, provided nobody else did: exactly one host fires
    // for one instant. A job for an instant that has had one is left out. How many took effect.
    virtual std::size_t fire(std::span<const Firing> firings) = 0;
};

}  // namespace jobhost::storage
