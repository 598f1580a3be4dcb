// Jobs that a statement has moved, and what has to follow because there is more to some of them.
#pragma once

#include "storage/soci/releases.hpp"

#include <optional>
#include <vector>

namespace jobhost::storage {

// Collects while statements go on; nothing is done for ordinary jobs.
class Departures {
public:
    // A run ends with its slots; who waits has at most promises of some.
    enum class From { processing, waiting };
    explicit Departures(From from) : from_{from} {}

    // The job is in `state` now.
    void add(JobId id, StateName state, int flags, std::optional<long long> batch);

    // Batches are counted, children told, slots handed on.
    void follow(Change& change);

private:
    const From from_;
    std::vector<EndedJob> ended_;
    std::vector<JobId> with_slots_;
    std::vector<JobId> with_saved_work_;  // of no use any more
};

}  // namespace jobhost::storage
