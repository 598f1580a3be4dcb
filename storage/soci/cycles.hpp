// Whether jobs and batches that come in would wait for themselves.
#pragma once

#include "storage/model/batch.hpp"
#include "storage/soci/session.hpp"
#include "storage/soci/submission_entry.hpp"

#include <cstdint>
#include <set>
#include <span>

namespace jobhost::storage {

// One that waits for itself, or for such a one, over those that come in with it and over what was there
// before, which can wait for what comes in only where that is a new member of one of the `joined` batches;
// 0: there is none. What waits for these is followed outwards; throws refused if that is too much.
std::int64_t waits_for_itself(Session& session, std::span<const NewBatch> batches,
                              const SubmissionEntries& entries, const std::set<BatchId>& joined);

}  // namespace jobhost::storage
