// Whether jobs or batches wait for each other in a circle.
#pragma once

#include "tests/storage/model_store/model_database.hpp"

namespace jobhost::storage::model {

bool is_in_cycle(const ModelDatabase& database, const std::vector<JobId>& jobs,
                 const std::vector<BatchId>& batches);

}  // namespace jobhost::storage::model
