// Slots: which a claim takes, and who gets those that become free.
#pragma once

#include "tests/storage/model_store/model_database.hpp"

namespace jobhost::storage::model {

// Takes all the slots that the job needs to run now; false: it has been parked.
bool admit(ModelDatabase& database, JobRecord& job, TimePoint now);

// What is promised to jobs that cannot run is for others.
void take_back_in_vain(ModelDatabase& database, TimePoint now);

// Hands free slots to jobs that are parked; how many.
std::size_t grant_slots(ModelDatabase& database, TimePoint now);

// When the next slot opens for somebody who waits for one of that key and could run.
std::optional<TimePoint> opens_at(const ModelDatabase& database, const LimitUse& use, TimePoint now);

}  // namespace jobhost::storage::model
