// How jobs and batches come into the reference model.
#pragma once

#include "tests/storage/model_store/model_database.hpp"

namespace jobhost::storage::model {

// All or nothing; throws refused. One answer for each job.
std::vector<Inserted> submit(ModelDatabase& database, std::span<const NewBatch> batches,
                             std::span<const NewJob> jobs, TimePoint now);

}  // namespace jobhost::storage::model
