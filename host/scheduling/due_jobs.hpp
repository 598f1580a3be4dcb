// Delayed jobs and retries whose instant has come go to their queues.
#pragma once

#include "storage/job_store.hpp"

#include <functional>

namespace jobhost::host {

// Not thread-safe.
class DueJobs {
public:
    // `promoted` is called when there is something new to claim. References outlive this.
    DueJobs(storage::JobStore& jobs, const Clock& clock, std::function<void()> promoted)
        : jobs_{jobs}, clock_{clock}, promoted_{std::move(promoted)} {}

    // Promotes all that is due. How long until the next one is; at most a second, as others add jobs too.
    Duration run_once();

private:
    storage::JobStore& jobs_;
    const Clock& clock_;
    const std::function<void()> promoted_;
};

}  // namespace jobhost::host
