// Jobs as people look at them. Reads only; never waits for a writer.
#pragma once

#include "storage/model/job.hpp"
#include "storage/model/transition.hpp"

#include <array>
#include <vector>

namespace jobhost::storage {

// Every part that is set must hold.
struct JobFilter {
    std::optional<StateName> state;
    std::optional<QueueName> queue;
    std::optional<std::string> type;
    std::optional<std::string> definition;
};

struct LogLine {
    TimePoint at;
    Lease lease;        // of the run that wrote it
    std::string level;  // debug, info, warning, error, stdout, stderr
    std::string text;
};

// Where a reader of a log stands; a default one stands before the first line.
struct LogPosition {
    std::int64_t lease = 0;
    int number = -1;
};

using StateCounts = std::array<std::int64_t, kStateNames.size()>;  // indexed by StateName

// Thread-safe. Every call may throw StorageError.
class JobQueries {
public:
    virtual ~JobQueries() = default;

    virtual std::optional<Job> find(JobId id) = 0;
    // Newest first, at most `limit`.
    virtual std::vector<Job> list(const JobFilter& filter, std::size_t limit) = 0;
    virtual StateCounts count(const JobFilter& filter) = 0;
    // Oldest first.
    virtual std::vector<JobEvent> events(JobId id) = 0;
    // What was written after `position`, which moves on behind it.
    virtual std::vector<LogLine> log(JobId id, LogPosition& position) = 0;
};

}  // namespace jobhost::storage
