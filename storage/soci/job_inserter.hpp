// New jobs as rows.
#pragma once

#include "storage/model/batch.hpp"
#include "storage/soci/change.hpp"

#include <span>
#include <vector>

namespace jobhost::storage {

// Some jobs of a batch were there already and others were not. The transaction is to be undone, and the jobs
// inserted one by one, so that it is known of each whether it counts.
struct PartlyThere {};

// Throws StorageError (refused) naming the first job that cannot be stored.
void check_jobs(std::span<const NewJob> jobs);

// Jobs of which none has more than most (has_more()). REQUIRES: check_jobs() has passed. Throws PartlyThere.
void insert_jobs(Change& change, std::span<const NewJob> jobs);

// Whatever there is to them. REQUIRES: check_jobs() and check_submission() have passed. Throws PartlyThere.
std::vector<Inserted> submit(Change& change, std::span<const NewBatch> batches, std::span<const NewJob> jobs);

}  // namespace jobhost::storage
