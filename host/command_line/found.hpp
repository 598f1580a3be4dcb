// What an id names. Throw CommandError where it names nothing.
#pragma once

#include "storage/storage.hpp"

#include <string>

namespace jobhost::host {

Job find_job(storage::JobQueries& queries, JobId id);
Batch find_batch(storage::WorkflowStore& workflows, BatchId id);
storage::StoredDefinition find_definition(storage::DefinitionStore& definitions, const std::string& name);
storage::StoredDefinition find_live_or_retired(storage::DefinitionStore& definitions,
                                               const std::string& name);
// Throws CommandError if it has none, or if this program cannot read it.
const Schedule& schedule_of(const storage::StoredDefinition& stored);

}  // namespace jobhost::host
