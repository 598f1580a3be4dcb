// What can be wrong with batches and jobs that are handed in, as far as they tell by themselves.
#pragma once

#include "storage/model/batch.hpp"
#include "storage/model/job.hpp"

#include <span>

namespace jobhost::storage {

// Throws StorageError (refused) that names the culprit.
void check_submission(std::span<const NewBatch> batches, std::span<const NewJob> jobs);

// Whether there is more to a job than most have: then it is not inserted by the shortest way.
bool has_more(const NewJob& job);

}  // namespace jobhost::storage
