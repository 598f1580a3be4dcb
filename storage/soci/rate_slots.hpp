// When the slots of rate limits are to be had.
#pragma once

#include "storage/model/limit.hpp"
#include "storage/soci/session.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace jobhost::storage {

// Where one key of a rate limit stands. What the numbers mean depends on the kind of limit.
struct RateSlots {
    std::string key;  // "limit:key"
    Limit limit;
    std::int64_t given_out = 0;  // fixed window: in the last window that slots were given for; sliding: ever
    std::int64_t instant = 0;    // the last slot given; of a bucket: when it is full again
};

// The first instant from `now` on at which all of them have a slot, which is given out with that.
TimePoint give_slots(Session& session, const std::vector<RateSlots*>& rates, TimePoint now);

}  // namespace jobhost::storage
