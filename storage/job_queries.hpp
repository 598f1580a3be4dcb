// Jobs as people look at them. Reads only; never waits for a writer.
#pragma once

#include "storage/model/job.hpp"
#include "storage/model/transition.hpp"
#include "storage/model/type_version.hpp"

#include <array>
#include <set>
#include <vector>

namespace jobhost::storage {

// Every part that is set must hold.
struct JobFilter {
    std::optional<StateName> state;
    std::optional<QueueName> queue;
    std::optional<std::string> type;
    std::optional<std::string> definition;
    std::optional<std::string> tag;
    std::optional<BatchId> batch;
    bool has_warnings = false;  // only jobs whose runs have logged warnings
};

struct JobPage {
    std::vector<Job> jobs;
    // Where the next page begins; nothing: there is none. A page may be short, even empty, and yet have a
    // next one: a search gives back what it has found after looking at some thousands of jobs.
    std::optional<std::string> next;
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
    // At most `limit`, from where `cursor` (JobPage::next; empty: the beginning) points. In the order of a
    // state that is asked for: enqueued as they will be claimed, scheduled by due_at, processing by id, final
    // ones from the last that ended; otherwise, and of a tag or a batch, from the newest. Throws refused for
    // a cursor of another filter.
    virtual JobPage list(const JobFilter& filter, std::size_t limit, const std::string& cursor) = 0;
    // From counters that every change maintains; not by looking at jobs.
    virtual StateCounts count(const std::optional<QueueName>& queue,
                              const std::optional<std::string>& type) = 0;
    // What jobs that are not final have; from the counters, too.
    virtual std::set<TypeVersion> unfinished_types() = 0;
    // Oldest first.
    virtual std::vector<JobEvent> events(JobId id) = 0;
    // What was written after `position`, which moves on behind it.
    virtual std::vector<LogLine> log(JobId id, LogPosition& position) = 0;
};

}  // namespace jobhost::storage
