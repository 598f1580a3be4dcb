// What an id names. Throw CommandError where it names nothing.
#pragma once

#include "storage/storage.hpp"

namespace jobhost::host {

Job find_job(storage::JobQueries& queries, JobId id);
Batch find_batch(storage::WorkflowStore& workflows, BatchId id);

}  // namespace jobhost::host
