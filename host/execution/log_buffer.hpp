// What a run has logged and is not yet in the database.
#pragma once

#include "storage/job_store.hpp"

#include <string_view>

namespace jobhost::host {

// Not thread-safe.
class LogBuffer {
public:
    LogBuffer(JobId job, Lease lease) : job_{job}, lease_{lease} {}

    void add(TimePoint at, std::string_view level, std::string_view text);

    // The lines so far as the next chunk; nothing if there are none.
    std::optional<storage::LogChunk> take();

private:
    JobId job_;
    Lease lease_;
    int next_number_ = 0;
    std::string lines_;  // JSON objects, separated by commas
};

}  // namespace jobhost::host
