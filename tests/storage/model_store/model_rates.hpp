// How much of a limit is used up.
#pragma once

#include "tests/storage/model_store/model_database.hpp"

namespace jobhost::storage::model {

// The slots of the key that are free at `now`, when `taken` of them belong to jobs that run (of a concurrent
// limit) or are to run next (of a rate).
std::int64_t free_slots(const Limit& limit, const RateRecord& key, std::int64_t taken, TimePoint now);
// Of a rate without a free slot: when the next one opens, if all that are taken are used now.
TimePoint next_opening(const Limit& limit, RateRecord key, std::int64_t taken, TimePoint now);
// A run of a rate begins.
void begin(const Limit& limit, RateRecord& key, TimePoint now);
// `limit` is how it was before. As many slots of a bucket stay used up, and come back at the new rate.
void change_rate(const Limit& limit, const Limit& to, RateRecord& key, TimePoint now);
// What lies in the future, because the clock was set back, counts as from now.
void set_back(const Limit& limit, RateRecord& key, TimePoint now);

}  // namespace jobhost::storage::model
