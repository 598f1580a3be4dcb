// Whether jobs and batches that come in would wait for themselves.
#pragma once

#include "storage/model/batch.hpp"
#include "storage/soci/session.hpp"
#include "storage/soci/submission_entry.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <span>

namespace jobhost::storage {

// One that waits for itself, over those that come in with it; 0: there is none.
std::int64_t waits_for_itself(std::span<const NewBatch> batches, const SubmissionEntries& entries);

// One that was there before, and that a new member of `joined` batches needs although it cannot end before
// one of these has, or lies in a batch which cannot start before; nothing: there is none. Follows what waits
// for what from `joined` on, outwards. Throws refused if that is too much to follow.
std::optional<std::int64_t> waits_for_end_of(Session& session, const std::set<BatchId>& joined,
                                             std::span<const NewBatch> batches,
                                             const SubmissionEntries& entries);

}  // namespace jobhost::storage
