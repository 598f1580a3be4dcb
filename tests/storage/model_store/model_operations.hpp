// What a person does to one job.
#pragma once

#include "tests/storage/model_store/model_database.hpp"

namespace jobhost::storage::model {

// Throw refused for a name of who asks that is no name, and for an operation that makes no sense.
void check_asker(const std::string& by);
void check(const Operation& operation);

Operated operate(ModelDatabase& database, JobId job, const Operation& operation, TimePoint now);

}  // namespace jobhost::storage::model
