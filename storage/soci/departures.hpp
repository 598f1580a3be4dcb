// Jobs that a statement has moved, and what has to follow because there is more to some of them.
#pragma once

#include "storage/soci/releases.hpp"

#include <optional>
#include <vector>

namespace jobhost::storage {

// Collects while statements go on; nothing is done for ordinary jobs.
class Departures {
public:
    // The job is in `state` now. It left a run, or a queue in which it may have held slots.
    void add(JobId id, StateName state, int flags, std::optional<long long> batch);

    // Batches are counted, children told, slots handed on.
    void follow(Change& change);

private:
    std::vector<EndedJob> ended_;
    std::vector<JobId> with_slots_;
    std::vector<JobId> with_saved_work_;  // of no use any more
};

}  // namespace jobhost::storage
