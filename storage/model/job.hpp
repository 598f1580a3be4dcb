// A job at its stations: as it is handed in, as a server takes it, as people look at it.
#pragma once

#include "storage/model/continuation.hpp"
#include "storage/model/ids.hpp"
#include "storage/model/limit.hpp"
#include "storage/model/policy.hpp"
#include "storage/model/transition.hpp"
#include "storage/model/uniqueness.hpp"

#include <optional>
#include <string>
#include <vector>

namespace jobhost {

inline constexpr std::size_t kMaxArgumentsSize = std::size_t{1} << 20;  // bytes of JSON
inline constexpr std::size_t kMaxNameSize = 200;                        // bytes of a type or a queue
inline constexpr std::size_t kMaxResultSize = std::size_t{64} << 10;    // bytes of JSON
inline constexpr int kMinPriority = -1000;
inline constexpr int kMaxPriority = 1000;

// What made a job of a definition. Stored in job.origin: DO NOT RENUMBER.
enum class Origin : std::uint8_t { request = 0, schedule = 1, backfill = 2 };

inline constexpr std::size_t kMaxTags = 20;  // of one job; each at most 100 bytes
inline constexpr std::size_t kMaxParents = 1000;

// Jobs that are alike for whoever claims them: one queue, one type, one payload version. A lane is a row of
// its own; a job refers to it by number.
struct Lane {
    LaneId id;
    QueueName queue;
    std::string type;
    int payload_version = 1;
};

struct NewJob {
    JobId id;  // reserved beforehand, so that inserting again does no harm
    std::string type;
    int payload_version = 1;
    QueueName queue{"default"};
    int priority = 0;  // larger is sooner
    std::string arguments = "{}";
    Policy policy;
    std::optional<TimePoint> due_at;      // nothing: enqueued at once
    std::optional<TimePoint> expires_at;  // not started by then: deleted
    std::optional<DefinitionId> definition;
    std::optional<TimePoint> nominal_at;  // the instant of a schedule that this job stands for
    Origin origin = Origin::request;
    std::vector<Parent> parents;  // it awaits all of them, and is deleted when one ends otherwise
    // It follows from its parents, which come with it and have smaller ids: where other jobs stand for all of
    // them, it is left out, too, for those have been followed by theirs.
    bool is_continuation = false;
    Duration delay{};               // from being released by its parents or its batch to being due
    std::optional<BatchId> batch;   // that it is a member of
    std::vector<std::string> tags;  // words to find it by
    std::optional<Unique> unique;
    std::vector<LimitUse> limits;  // slots that it needs, all of them, to run
    std::optional<JobId> creator;  // the job that handed this one in while it ran
};

// What became of a job that was handed in.
struct Inserted {
    JobId id;  // of the job that stands for it
    // False: another job has its unique key or its instant, or those of what it follows from: then what
    // follows from that job by the same definition stands for it, or the job itself.
    bool is_new = true;
    // What that did to the other job that has its unique key: replace or extend, or skip for nothing.
    OnConflict effect = OnConflict::skip;
    friend bool operator==(const Inserted&, const Inserted&) = default;
};

// One run, granted to the server that claimed it.
struct ClaimedJob {
    JobId id;
    Lease lease;
    LaneId lane;
    int attempt = 1;     // runs begun, this one included
    int crashes = 0;     // runs that ended with their worker
    int recoveries = 0;  // runs lost with their host; they use no retry
    int interruptions = 0;
    std::int64_t order_key = 0;
    Policy policy;
    std::string arguments;
    std::string definition;  // its name; empty: none
    std::optional<TimePoint> nominal_at;
    TimePoint claimed_at;
    std::optional<BatchId> batch;
    std::vector<ParentEnd> parents;  // in the order in which they were named
};

// What a run, or a person, did to a job that is worth remembering: a row of job_event.
struct JobEvent {
    TimePoint at;
    Cause cause = Cause::failed;
    int attempt = 0;
    std::string error_code;  // "exit_status", "crashed"; empty: no error
    std::string message;
    std::string by;      // server or person
    std::string detail;  // a stack trace or what else helps; empty: none
};

// A job as people look at it.
struct Job {
    JobId id;
    std::string type;
    int payload_version = 1;
    QueueName queue;
    int priority = 0;
    State state;
    int attempt = 0;
    int crashes = 0;
    int recoveries = 0;
    int warnings = 0;
    std::string arguments;
    std::string definition;  // its name; empty: none
    Policy policy;
    TimePoint created_at;
    std::optional<TimePoint> started_at;
    std::optional<TimePoint> finished_at;
    std::optional<TimePoint> expires_at;
    std::optional<TimePoint> nominal_at;
    std::string server;  // name of the server that runs it, or ran it to its end; empty: there is none
    Lease lease;         // of its last run
    std::optional<TimePoint> cancel_requested_at;
    std::optional<BatchId> batch;
    std::optional<JobId> creator;
    std::vector<std::string> tags;      // in their order
    std::vector<LimitUse> limits;       // in their order
    std::vector<LimitUse> promised;     // of those, whose slots are kept for it until it runs
    std::optional<LimitUse> parked_on;  // the limit that it waits for
    std::string unreadable;             // why `policy` is not what is stored: a newer jobhost has written it
};

}  // namespace jobhost
