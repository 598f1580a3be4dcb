// What people do with jobs and queues. Whatever is done leaves its name: an event at the job, and a command
// as the audit of it.
#pragma once

#include "storage/job_queries.hpp"

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace jobhost::storage {

// Stored in command.verb and shown in JSON: DO NOT RENAME OR REORDER. The first five are operations on jobs.
enum class Verb : std::uint8_t {
    requeue,
    remove,
    cancel,
    reschedule,
    move,
    pause,
    resume,
    run_again,
    cancel_batch,
    pause_definition,
    resume_definition,
    trigger,
    backfill,
};
inline constexpr std::array<std::string_view, 13> kVerbNames{
    "requeue",   "delete",       "cancel",           "reschedule",        "move",    "pause",   "resume",
    "run_again", "cancel_batch", "pause_definition", "resume_definition", "trigger", "backfill"};
constexpr std::string_view to_string(Verb verb) noexcept {
    return kVerbNames[static_cast<std::size_t>(verb)];
}

struct Operation {
    Verb verb = Verb::requeue;
    std::string by;                  // who asks
    std::optional<TimePoint> at;     // reschedule: when it is due
    std::optional<QueueName> queue;  // move: where to; at least one of the two
    std::optional<int> priority;
    std::string why = {};  // for the events of the jobs; people need not say
};

enum class Operated : std::uint8_t {
    done,
    asked,  // the job runs and was asked to stop; its host ends it
    not_found,
    not_possible,  // in the job's state
    taken,         // requeue: another job has its unique key by now
};

// What somebody asked for, and what has come of it.
struct Command {
    CommandId id;
    Verb verb = Verb::requeue;
    std::string by;
    std::optional<JobId> job;        // if it was for one
    std::optional<QueueName> queue;  // if it was for one
    std::string definition;          // if it was for one
    std::string filter;              // JSON of the jobs that were meant; empty: see the two above
    std::int64_t looked_at = 0;
    std::int64_t done = 0;
    std::int64_t not_possible = 0;
    TimePoint created_at;
    std::optional<TimePoint> finished_at;
};

struct QueueState {
    QueueName name;
    std::optional<TimePoint> paused_at;  // nothing: it is not paused
    std::optional<TimePoint> paused_until;
    std::string paused_by;
    std::string reason;
};

// Thread-safe. Every call may throw StorageError.
class OperationStore {
public:
    virtual ~OperationStore() = default;

    // requeue: a final job runs again from its first attempt, and one that is scheduled or awaiting starts
    // now; children that were deleted because of it wait again, and its batch is open again. remove: any job
    // that does not run becomes deleted, for good. cancel: the same, and one that runs is asked to stop.
    // reschedule: a job that does not run becomes scheduled; a failed one, too. move: a job that is not final
    // gets another queue or priority. One answer for each id. What was asked of jobs that
    // exist leaves a command. Each in a transaction of its own beyond 1,000.
    virtual std::vector<Operated> operate(std::span<const JobId> jobs, const Operation& operation) = 0;

    // A new job like that one, with other arguments if they are given, in the same queue and by the same
    // policy; it waits for nothing and belongs to no batch. It takes the same unique key. Throws refused if
    // there is no such job, and, with the id of the one that has it, if that key is taken.
    virtual JobId run_again(JobId job, const std::optional<std::string>& arguments,
                            const std::string& by) = 0;

    // Does the operation to all jobs that fit, in the background; those that come to fit later are left
    // alone, and those that are due at that instant, or in that queue with that priority, already. Throws
    // refused for a filter that fits everything.
    virtual CommandId start(const JobFilter& filter, const Operation& operation) = 0;
    // Does at most `limit` jobs of commands that are open; how many were looked at. Any host may call it.
    virtual std::size_t go_on(std::size_t limit) = 0;
    virtual std::optional<Command> find(CommandId command) = 0;
    // From the newest.
    virtual std::vector<Command> commands(std::size_t limit) = 0;

    // No host claims from a paused queue; what runs goes on. Pausing again changes reason and end.
    virtual void pause(const QueueName& queue, const std::string& by, const std::string& reason,
                       std::optional<TimePoint> until) = 0;
    // False: it was not paused.
    virtual bool resume(const QueueName& queue, const std::string& by) = 0;
    // All queues that have had jobs or were paused, by name. One whose pause has ended is not paused.
    virtual std::vector<QueueState> queues() = 0;
};

}  // namespace jobhost::storage
