// Jobs at rest: handing them in, taking them, writing down how they went. Every call works on a batch.
#pragma once

#include "storage/model/job.hpp"
#include "storage/model/transition.hpp"

#include <span>
#include <vector>

namespace jobhost::storage {

// A piece of a run's log: a JSON array of {"at": us, "level": "info", "text": "..."}, in order of `number`.
struct LogChunk {
    JobId job;
    Lease lease;
    int number = 0;
    std::string lines;
};

// How a run ended, and what the job becomes.
struct Settlement {
    JobId job;
    Lease lease;
    Cause cause = Cause::succeeded;
    State target;                         // REQUIRES: next_state(processing, cause) == name_of(target)
    std::optional<TimePoint> started_at;  // nothing: it never began
    int new_crashes = 0;                  // added to the job's
    int new_interruptions = 0;
    int new_warnings = 0;
    std::optional<JobEvent> event;
    std::vector<LogChunk> log;
    std::vector<NewJob> jobs;  // handed in if the settlement counts, in its transaction; with ids
    // How the run ended if these jobs are refused: then none of them is handed in, and the event's message
    // goes on with ": " and why.
    struct Refused {
        Cause cause = Cause::failed;
        State target;  // REQUIRES: as above
        JobEvent event;
    };
    std::optional<Refused> if_refused;  // REQUIRES: there is one if there are jobs
};

// What a server can run, best first: lanes of a smaller rank are emptied before those of a larger one; within
// a rank the oldest job (by order_key) comes first, whatever its lane.
struct ClaimPosition {
    std::int64_t order_key = 0;
    JobId job;
    friend auto operator<=>(const ClaimPosition&, const ClaimPosition&) = default;
};
struct ClaimLane {
    LaneId lane;
    int rank = 0;
    // What lies behind this is looked at first, and the whole lane only if that is not enough: a server that
    // takes one full claim after the other spares the database looking again at what it has just taken.
    std::optional<ClaimPosition> after = std::nullopt;
};
struct ClaimRequest {
    std::vector<ClaimLane> lanes;
    std::size_t limit = 0;
    // A lane stands in one part of the request. Parts are asked one after the other, each for as many jobs as
    // are still wanted but for no more than its own limit: so queues have caps.
    struct Part {
        std::vector<ClaimLane> lanes;
        std::size_t limit = 0;
    };
    std::vector<Part> more;  // after `lanes`, which have no limit of their own
};

enum class Moved {
    yes,
    already,  // an earlier call has moved it, whose answer did not arrive
    lost,     // the job is not in this run any more: another writer was first, or the lease is an old one
};

struct Exchanged {
    std::vector<Moved> moved;         // one for each settlement, in their order
    std::vector<ClaimedJob> claimed;  // best first
    bool server_is_live = true;       // false: declared dead or stopped meanwhile; nothing was claimed
    std::size_t mutilated = 0;        // settlements written without their texts, which could not be stored
    std::size_t refused = 0;          // settlements whose jobs were refused
};

// A run as the database knows it.
struct HeldRun {
    JobId job;
    Lease lease;
    std::string why = {};  // of cancelled_runs_of(): why it is to end; empty: a person wants it
    friend auto operator<=>(const HeldRun&, const HeldRun&) = default;
};

// A job whose runs have crashed for a reason that was not its own.
struct CrashedJob {
    JobId job;
    Lease lease;       // of the last of these runs
    int crashes = 0;   // of the job, by then
    int refunded = 0;  // how many of them do not count any more
};

struct Promoted {
    std::size_t count = 0;
    // When there is more to promote: the earliest job that is still scheduled, or the next slot of a limit
    // that somebody waits for. It may turn out then that nobody waits any more.
    std::optional<TimePoint> next_due_at;
};

// Thread-safe. Each call is one transaction and blocks on the database up to the storage's deadline. Every
// call may throw StorageError.
class JobStore {
public:
    virtual ~JobStore() = default;

    // `count` unused ids of jobs or batches in a row; the first one is returned. They stay reserved for ever.
    virtual JobId reserve_ids(std::size_t count) = 0;

    // All or nothing. A job whose id exists already is left as it is, so that an insert whose answer did not
    // arrive is simply repeated. Throws refused for arguments over kMaxArgumentsSize, for a type or queue
    // over kMaxNameSize, for a priority out of range, and for texts that are not UTF-8 or contain NUL.
    // Also for what WorkflowStore::submit() refuses. One answer for each job, in their order.
    virtual std::vector<Inserted> insert(std::span<const NewJob> jobs) = 0;

    // Write down what has ended, then take what can run: one transaction. Either part may be empty. A
    // settlement moves its job only while that run holds it: same server, same lease. A job that was
    // cancelled, or has expired, becomes deleted where it would have gone back to enqueued or scheduled. A
    // claim that meets very many of those may return less than there is; the next one goes on. After an error
    // that left open whether it took effect, the same settlements are simply given again; claims that nobody
    // received are found by runs_of(). A settlement that the database refuses for what is in it keeps its
    // outcome and loses its texts, and does not hold up the others; one whose jobs are refused ends as it
    // says itself.
    virtual Exchanged exchange(ServerId server, std::span<const Settlement> settlements,
                               const ClaimRequest& claim) = 0;

    // What the database regards as running on that server, at most `limit`, by job. What the server does not
    // hold itself, while no claim of its own is out, it gives back: the answer of its claim was lost.
    virtual std::vector<HeldRun> runs_of(ServerId server, std::size_t limit) = 0;

    // Of those, the ones that are to be cancelled: somebody asked for it, or a newer run replaces them.
    virtual std::vector<HeldRun> cancelled_runs_of(ServerId server, std::size_t limit) = 0;

    // Scheduled jobs that are due become enqueued, earliest first, at most `limit`; so do those that are
    // parked and for which slots have opened.
    virtual Promoted promote_due(std::size_t limit) = 0;

    // These crashes do not count any more, as the version of the plugin in which they happened was rolled
    // back. A job that is not final gets crashes and attempts back, and keeps its state; one that was given
    // up when such a run crashed is requeued. Nothing becomes of a job that has crashed since, or was
    // requeued: so it can be said again if the answer did not arrive. Each leaves an event, signed by `by`
    // and with `why`. One transaction: of at most 1,000 jobs.
    virtual void refund(std::span<const CrashedJob> jobs, const std::string& by, const std::string& why) = 0;

    // Add to the logs of running jobs. A chunk that is there already is left as it is.
    virtual void append_log(std::span<const LogChunk> chunks) = 0;

    // All lanes there are. A lane is never removed.
    virtual std::vector<Lane> lanes() = 0;
};

}  // namespace jobhost::storage
