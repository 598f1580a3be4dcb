#include "tests/storage/model_store/model_operations.hpp"

#include "storage/text.hpp"
#include "tests/storage/model_store/model_batches.hpp"
#include "tests/storage/model_store/model_releases.hpp"
#include "tests/storage/model_store/model_unique.hpp"

#include <algorithm>

namespace jobhost::storage::model {

namespace {

Cause cause_of(Verb verb) {
    switch (verb) {
        case Verb::requeue:
            return Cause::requeued;
        case Verb::remove:
            return Cause::deleted;
        case Verb::cancel:
            return Cause::cancelled;
        case Verb::reschedule:
            return Cause::rescheduled;
        default:
            return Cause::moved;
    }
}

void note(JobRecord& job, const Operation& operation, int attempt, TimePoint now) {
    job.events.push_back({.at = now,
                          .cause = cause_of(operation.verb),
                          .attempt = attempt,
                          .message = operation.why,
                          .by = operation.by});
}

// One that runs is asked once.
Operated ask_to_stop(JobRecord& job, const Operation& operation, TimePoint now) {
    if (job.seen.cancel_requested_at) return Operated::asked;
    job.seen.cancel_requested_at = now;
    note(job, operation, job.seen.attempt, now);
    return Operated::asked;
}

bool is_being_cancelled(ModelDatabase& database, std::optional<BatchId> batch) {
    const auto chain = chain_of(database, batch);
    return std::any_of(chain.begin(), chain.end(), [](const BatchRecord* one) {
        return one->seen.cancel_requested_at && !is_final(one->seen.state);
    });
}

// A final job begins anew, as if it had never run.
void begin_anew(ModelDatabase& database, JobRecord& job) {
    job.seen.attempt = 0;
    job.seen.crashes = 0;
    job.seen.recoveries = 0;
    job.interruptions = 0;
    job.seen.started_at.reset();
    job.seen.expires_at.reset();
    job.seen.cancel_requested_at.reset();
    job.saved = {};
    job.calls.clear();
    take_back_end_of(database, job.seen.id);
}

// It runs again: now, or at `at`.
Operated run_again(ModelDatabase& database, JobRecord& job, std::optional<TimePoint> at, TimePoint now) {
    if (is_final(job.state()) && is_being_cancelled(database, job.seen.batch)) return Operated::not_possible;
    const bool was_final = is_final(job.state());
    if ((was_final || was_never_claimed(job)) && !take_key(database, job)) return Operated::taken;
    if (at)
        become(job, Scheduled{*at, Reason::rescheduled});
    else
        enqueue(job, now);
    if (was_final) begin_anew(database, job);
    return Operated::done;
}

void end(JobRecord& job, Reason reason, TimePoint now) {
    become(job, Deleted{now, reason});
}

void move(ModelDatabase& database, JobRecord& job, const Operation& operation) {
    if (operation.queue) {
        job.seen.queue = *operation.queue;
        job.slots.clear();
    }
    if (operation.priority) job.seen.priority = *operation.priority;
    job.lane = database.lane_of(job.seen.queue, job.seen.type, job.seen.payload_version);
    job.order_key = order_key_of(job);
}

}  // namespace

void check_asker(const std::string& by) {
    demand(is_storable(by) && by.size() <= kMaxNameSize, "a name of somebody that is no name");
}

void check(const Operation& operation) {
    check_asker(operation.by);
    demand(operation.verb != Verb::reschedule || operation.at, "rescheduled to no instant");
    if (operation.verb != Verb::move) return;
    demand(operation.queue || operation.priority, "moved to nowhere");
    if (operation.queue)
        demand(!operation.queue->value.empty() && operation.queue->value.size() <= kMaxNameSize &&
                   is_storable(operation.queue->value),
               "a queue's name that is no name");
    if (operation.priority)
        demand(*operation.priority >= kMinPriority && *operation.priority <= kMaxPriority,
               "a priority out of range");
}

Operated operate(ModelDatabase& database, JobId id, const Operation& operation, TimePoint now) {
    const auto found = database.jobs.find(id);
    if (found == database.jobs.end()) return Operated::not_found;
    JobRecord& job = found->second;
    if (operation.verb == Verb::cancel && job.state() == StateName::processing)
        return ask_to_stop(job, operation, now);
    const bool runs = job.state() == StateName::processing;
    if (runs || !next_state(job.state(), cause_of(operation.verb))) return Operated::not_possible;
    const int attempt = job.seen.attempt;
    Operated operated = Operated::done;
    switch (operation.verb) {
        case Verb::requeue:
            operated = run_again(database, job, std::nullopt, now);
            break;
        case Verb::reschedule:
            operated = run_again(database, job, operation.at, now);
            break;
        case Verb::remove:
            end(job, Reason::by_person, now);
            break;
        case Verb::cancel:
            end(job, Reason::cancelled, now);
            break;
        default:
            move(database, job, operation);
    }
    if (operated == Operated::done) note(job, operation, attempt, now);
    return operated;
}

}  // namespace jobhost::storage::model
