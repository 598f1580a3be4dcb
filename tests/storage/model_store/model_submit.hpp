// How jobs and batches come into the reference model.
#pragma once

#include "tests/storage/model_store/model_database.hpp"

namespace jobhost::storage::model {

// All or nothing; throws refused. One answer for each job.
std::vector<Inserted> submit(ModelDatabase& database, std::span<const NewBatch> batches,
                             std::span<const NewJob> jobs, TimePoint now);

// The job that an earlier run's call has made already.
const JobRecord* find_call(const ModelDatabase& database, const NewJob& job);

}  // namespace jobhost::storage::model
