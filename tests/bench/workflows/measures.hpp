// What is measured of workflows and limits. Each throws RuleBroken if what must never happen has happened.
#pragma once

#include "storage/bench/place.hpp"

#include <cstddef>

namespace jobhost::bench {

struct Sizes {
    std::size_t others = 20'000;   // jobs of other tenants
    std::size_t limited = 1'000;   // jobs of the limited tenant, and those that contend for a mutex
    std::size_t members = 10'000;  // of the large batch
    std::size_t exchange = 100;    // jobs that are settled and claimed at once
};

// What a concurrent limit of 1 on one tenant leaves of the throughput of others, whose jobs lie after its own
// in the same queue and lane: others' jobs a second, as a ratio to the same without the limit. Both are
// measured in turn, exchange by exchange, in databases of their own.
struct LimitCost {
    double free = 0;            // others' jobs a second without the limit
    double held = 0;            // while the tenant's one run lasts, and its other jobs are parked
    double turning = 0;         // its run ends with each exchange, and the next one begins: the worst case
    double parking_millis = 0;  // of the claim that met all the tenant's jobs and parked them
    double from_the_start = 0;  // half of the others' jobs, from that claim on, turning; without the limit
                                // all of the tenant's jobs run before them
};
LimitCost measure_limit(Place& place, const Sizes& sizes);

// Jobs that contend for one mutex, from the first claim to the last settlement. Rules: never two at once, all
// of them run, and no job is claimed more than twice, to be parked and to run.
struct MutexCost {
    double millis_for_each = 0;
    double claims_for_each = 0;
    double growth = 0;  // of the time for each when there are four times as many
};
MutexCost measure_mutex(Place& place, const Sizes& sizes);

// A batch and its continuation. Rules: every member runs once, the continuation runs once and after them,
// and the batch has succeeded.
struct BatchCost {
    double create_seconds = 0;
    double complete_seconds = 0;
};
BatchCost measure_batch(Place& place, const Sizes& sizes);

}  // namespace jobhost::bench
