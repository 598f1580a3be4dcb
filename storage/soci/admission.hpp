// What a claim finds out about jobs that have more than most: whether they may run after all.
#pragma once

#include "storage/soci/departures.hpp"

#include <optional>
#include <set>
#include <vector>

namespace jobhost::storage {

struct ClaimedRow {
    JobId id;
    LaneId lane;
    int flags = 0;
    std::optional<BatchId> batch;
    bool is_over = false;  // the claim has deleted it instead
};

// REQUIRES: this transaction has just claimed the jobs, in this order. What is over lets go of slots. Members
// of a batch that was cancelled become deleted, jobs that find no slot are parked, and get their attempt
// back; keys that are held only until then are free. Returns those that may not run.
std::set<JobId> turn_away(Change& change, const std::vector<ClaimedRow>& rows, std::set<JobId>& granted,
                          Departures& departures);

}  // namespace jobhost::storage
