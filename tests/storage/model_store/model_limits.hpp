// Slots: which a claim takes, and who gets those that become free.
#pragma once

#include "tests/storage/model_store/model_database.hpp"

namespace jobhost::storage::model {

// Takes all the slots that the job needs to run now; false: it has been parked or throttled.
bool admit(ModelDatabase& database, JobRecord& job, TimePoint now);

// Hands free slots to jobs that are parked; false: there was none to hand over.
bool grant_slots(ModelDatabase& database, TimePoint now);

// Slots of a concurrent limit that are taken.
std::int64_t taken(const ModelDatabase& database, const LimitUse& use);

}  // namespace jobhost::storage::model
