// When a rate limit has a slot.
#pragma once

#include "tests/storage/model_store/model_database.hpp"

namespace jobhost::storage::model {

// The first instant, `from` or later, at which the key has a slot to give.
TimePoint first_slot(const Limit& limit, const RateRecord& key, TimePoint from);
// Gives it. REQUIRES: first_slot(limit, key, at) == at.
void give_slot(const Limit& limit, RateRecord& key, TimePoint at);

}  // namespace jobhost::storage::model
