// Submissions that are too large for one transaction.
#pragma once

#include "host/scheduling/submission.hpp"
#include "storage/workflow_store.hpp"

#include <vector>

namespace jobhost::host {

// If there are more than kMaxMembersAtOnce, hands in the batches and their members, in parts, so that they
// lie ready without any of it running, and takes them out of `submission`. The batches that are left to be
// opened, in their order: see storage::Firing. Throws SubmissionRefused if one of the batches waits for a job
// that is in none, and StorageError.
std::vector<BatchId> stage(Submission& submission, storage::WorkflowStore& workflows);

}  // namespace jobhost::host
