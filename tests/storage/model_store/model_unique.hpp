// Which job has a unique key.
#pragma once

#include "tests/storage/model_store/model_database.hpp"

namespace jobhost::storage::model {

// The other job that has that key of that type.
std::optional<JobId> holder_of(const ModelDatabase& database, const std::string& type, const Unique& unique,
                               TimePoint now);

// The job begins anew, and takes the key that it wants; false: another job has it.
bool take_key(const ModelDatabase& database, JobRecord& job);

bool was_never_claimed(const JobRecord& job);

// A second job with the holder's key does to it what it asks for.
OnConflict apply_conflict(JobRecord& holder, const NewJob& second, TimePoint now);

// A claim ends what holds only until then.
void free_key_at_claim(JobRecord& job);

}  // namespace jobhost::storage::model
