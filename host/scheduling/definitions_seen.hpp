// All definitions as they were at one moment, and what jobs are made from.
#pragma once

#include "host/scheduling/source_folders.hpp"
#include "host/scheduling/submission.hpp"
#include "storage/definition_store.hpp"

#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace jobhost::host {

// A file of items lies where this host has none.
struct SourceElsewhere {};

// Does not change; several threads may read it.
struct DefinitionsSeen {
    std::int64_t change = 0;  // that of DueDefinitions
    std::vector<storage::StoredDefinition> definitions;
    Workshop workshop;  // whose `folder` throws SourceElsewhere

    DefinitionsSeen() = default;
    DefinitionsSeen(const DefinitionsSeen&) = delete;  // the workshop points into it
    DefinitionsSeen& operator=(const DefinitionsSeen&) = delete;
};

// `payload_versions`: by type; any other type counts as 1. `folders` outlive the result. Throws StorageError.
std::shared_ptr<const DefinitionsSeen> see_definitions(storage::DefinitionStore& store, std::int64_t change,
                                                       const std::map<std::string, int>& payload_versions,
                                                       const SourceFolders& folders);

// A definition that is due, and what was known when that was seen.
struct DueRun {
    std::shared_ptr<const DefinitionsSeen> seen;
    storage::DueDefinition due;
    TimePoint now;         // by the database's clock
    TimePoint seen_until;  // that of due_instants()
    // So many instants at once; the cursor goes to the first one that is left.
    std::size_t most = std::numeric_limits<std::size_t>::max();

    // REQUIRES: it is there.
    const storage::StoredDefinition& stored() const { return *seen->workshop.definitions.find(due.id); }
    const std::string& name() const { return stored().definition.name; }
};

// Whether it may hand in so much that others would wait for it, as far as the lengths of its lists and files
// of items, and of all that waits for it, tell.
bool may_be_large(const DueRun& run);

}  // namespace jobhost::host
