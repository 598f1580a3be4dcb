// What a submission writes.
#pragma once

#include "storage/model/batch.hpp"
#include "storage/soci/change.hpp"
#include "storage/soci/given_names.hpp"
#include "storage/soci/submission_entry.hpp"

#include <map>
#include <set>
#include <span>

namespace jobhost::storage {

struct BatchRow {
    BatchState state = BatchState::started;
    std::int64_t members = 0;
};

// Each throws StorageError (conflict) if another transaction has put the same there.
void insert_batch_rows(Session& session, std::span<const NewBatch> batches,
                       const std::map<BatchId, BatchRow>& rows);
// Those that are not left out, with their tags and the slots that they need. Throws StorageError (refused)
// for a limit that does not exist.
void insert_job_rows(Change& change, const SubmissionEntries& entries, const GivenNames& names);
// `parents`: jobs that were there before.
void insert_edge_rows(Session& session, std::span<const NewBatch> batches, const SubmissionEntries& entries,
                      const std::set<JobId>& parents);

}  // namespace jobhost::storage
