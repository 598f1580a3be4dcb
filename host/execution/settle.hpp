// What becomes of a job after a run. Pure.
#pragma once

#include "host/execution/outcome.hpp"
#include "storage/job_store.hpp"

namespace jobhost::host {

inline constexpr int kMostCrashes = 3;         // then the job is quarantined
inline constexpr int kMostInterruptions = 20;  // then an interruption counts as a failure

// `random` is uniform in [0, 1): it varies the delay before a retry. `server` is the name that events are
// signed with. The log is left to the caller.
storage::Settlement settlement_of(const ClaimedJob& job, const RunEnd& end, double random,
                                  const std::string& server);

}  // namespace jobhost::host
