#include "storage/soci/operations.hpp"

#include "storage/soci/id_list.hpp"
#include "storage/soci/instants.hpp"
#include "storage/soci/job_flags.hpp"
#include "storage/soci/lane_rows.hpp"
#include "storage/soci/limit_slots.hpp"
#include "storage/soci/saved_work.hpp"
#include "storage/soci/settle.hpp"
#include "storage/soci/unique_key.hpp"

#include <boost/json.hpp>

#include <map>
#include <set>
#include <utility>

namespace jobhost::storage {

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

class Operator {
public:
    Operator(Change& change, const Operation& operation)
        : change_{change},
          operation_{operation},
          cause_{cause_of(operation.verb)},
          releases_{change},
          restoration_{change, releases_},
          moves_{change} {}

    std::vector<Operated> operate(std::span<const JobId> ids) {
        const std::vector<HeldJob> held = hold_jobs(change_.session, {ids.begin(), ids.end()});
        hold_batches_of(held);
        std::map<JobId, Operated> done;
        for (const HeldJob& job : held)
            done[job.id] = operate(job);
        write();
        std::vector<Operated> answers;
        for (const JobId id : ids) {
            const auto found = done.find(id);
            answers.push_back(found == done.end() ? Operated::not_found : found->second);
        }
        return answers;
    }

private:
    void hold_batches_of(const std::vector<HeldJob>& held) {
        std::vector<BatchId> batches;
        for (const HeldJob& job : held)
            if (job.batch) batches.push_back(*job.batch);
        releases_.batches().hold(batches);
    }

    Operated operate(const HeldJob& job) {
        if (operation_.verb == Verb::cancel && job.state == StateName::processing) {
            if (!job.is_asked_to_stop) {
                asked_.push_back(job.id);
                note(job);
            }
            return Operated::asked;
        }
        if (job.state == StateName::processing || !next_state(job.state, cause_))
            return Operated::not_possible;
        switch (operation_.verb) {
            case Verb::requeue:
            case Verb::reschedule:
                return run_later(job);
            case Verb::remove:
            case Verb::cancel:
                remove(job);
                break;
            default:
                lanes_.push_back(job);
                if (operation_.queue && (job.flags & kHasLimits) != 0) with_slots_.push_back(job.id);
        }
        note(job);
        return Operated::done;
    }

    // At once or at the instant that was given.
    Operated run_later(const HeldJob& job) {
        if (!may_run(job)) return Operated::not_possible;
        if ((is_final(job.state) || !job.has_begun) && !take_key(job)) return Operated::taken;
        if (is_final(job.state)) {
            reset_.push_back(job.id);
            if ((job.flags & kHasSavedWork) != 0) with_saved_work_.push_back(job.id);
            restoration_.runs_again(job);
        } else if ((job.flags & kHasLimits) != 0) {
            with_slots_.push_back(job.id);
        }
        if (operation_.verb == Verb::requeue)
            moves_.enqueue(job);
        else
            moves_.schedule(job, operation_.at.value_or(change_.session.now()), Reason::rescheduled);
        note(job);
        return Operated::done;
    }

    // A batch that is being cancelled is on its way to its end. What was cancelled and has ended may go on.
    bool may_run(const HeldJob& job) {
        HeldBatches& batches = releases_.batches();
        for (std::optional<BatchId> id = job.batch; id;) {
            batches.hold({*id});
            const HeldBatch* batch = batches.find(*id);
            if (batch == nullptr) break;
            if (batch->cancel_requested_at && !is_final(batch->state)) return false;
            id = batch->within;
        }
        return true;
    }

    // False: another job has it by now.
    bool take_key(const HeldJob& job) {
        return (job.flags & kHasUnique) == 0 || storage::take_key(change_.session, job.id);
    }

    void remove(const HeldJob& job) {
        moves_.remove(job, operation_.verb == Verb::cancel ? Reason::cancelled : Reason::by_person);
        if (is_final(job.state)) return;  // it had ended, and that has been told
        releases_.ended({.id = job.id, .state = StateName::deleted, .flags = job.flags, .batch = job.batch});
        if ((job.flags & kHasLimits) != 0) with_slots_.push_back(job.id);
    }

    void note(const HeldJob& job) {
        events_.emplace_back(job.id, JobEvent{.at = change_.session.now(),
                                              .cause = cause_,
                                              .attempt = job.attempt,
                                              .message = operation_.why,
                                              .by = operation_.by});
    }

    void change_lanes() {
        if (lanes_.empty()) return;
        std::map<LaneId, Lane> known;
        for (Lane& lane : read_lanes(change_.session))
            known.emplace(lane.id, std::move(lane));
        boost::json::array rows;
        for (const HeldJob& job : lanes_) {
            const Lane& old = known.at(job.lane);
            const LaneId lane = change_.names.lane(
                change_.session, change_.draft,
                {operation_.queue.value_or(old.queue).value, old.type, old.payload_version});
            const int priority = operation_.priority.value_or(job.priority);
            rows.push_back(
                {{"id", job.id.value},
                 {"lane", lane.value},
                 {"priority", priority},
                 {"order_key", job.order_key + (job.priority - priority) * change_.ageing.count()}});
            change_.tally.removed(job.lane, job.state);
            change_.tally.added(lane, job.state);
        }
        change_.session.execute("job_change_lane", {{"rows", boost::json::serialize(rows)}});
        change_.session.announce();
    }

    void write() {
        Session& session = change_.session;
        restoration_.run();
        moves_.write();
        change_lanes();
        if (!reset_.empty()) session.execute("job_reset", {{"ids", id_list(reset_)}});
        if (!with_saved_work_.empty()) delete_saved_work(session, id_list(with_saved_work_));
        if (!asked_.empty()) {
            session.execute("job_ask_to_stop", {{"ids", id_list(asked_)}, {"now", micros(session.now())}});
            session.announce();
        }
        insert_events(session, events_);
        releases_.run();
        LimitSlots{change_}.take_back(with_slots_);
    }

    Change& change_;
    const Operation& operation_;
    const Cause cause_;
    Releases releases_;
    Restoration restoration_;
    JobMoves moves_;
    std::vector<JobId> asked_;
    std::vector<JobId> reset_;
    std::vector<JobId> with_saved_work_;
    std::vector<JobId> with_slots_;
    std::vector<HeldJob> lanes_;
    std::vector<std::pair<JobId, JobEvent>> events_;
};

}  // namespace

std::vector<JobId> left_to_do(Change& change, std::vector<JobId> jobs, const Operation& operation) {
    if (operation.verb != Verb::reschedule && operation.verb != Verb::move) return jobs;
    std::set<LaneId> lanes;
    for (const Lane& lane : read_lanes(change.session, operation.queue))
        lanes.insert(lane.id);
    const auto is_so_already = [&](const HeldJob& job) {
        if (operation.verb == Verb::reschedule)
            return job.state == StateName::scheduled && job.due_at == operation.at;
        return job.state < StateName::processing && lanes.contains(job.lane) &&
               operation.priority.value_or(job.priority) == job.priority;
    };
    std::set<JobId> done;
    for (const HeldJob& job : hold_jobs(change.session, jobs))
        if (is_so_already(job)) done.insert(job.id);
    std::erase_if(jobs, [&](JobId job) { return done.contains(job); });
    return jobs;
}

std::vector<Operated> operate(Change& change, std::span<const JobId> jobs, const Operation& operation) {
    std::vector<JobId> once;
    std::vector<JobId> again;  // named more than once: they are as the first time has left them
    std::set<JobId> named;
    for (const JobId id : jobs)
        (named.insert(id).second ? once : again).push_back(id);
    const std::vector<Operated> first = Operator{change, operation}.operate(once);
    const std::vector<Operated> second =
        again.empty() ? std::vector<Operated>{} : operate(change, again, operation);
    std::vector<Operated> answers;
    named.clear();
    for (auto [next_once, next_again] = std::pair{first.begin(), second.begin()}; const JobId id : jobs)
        answers.push_back(named.insert(id).second ? *next_once++ : *next_again++);
    return answers;
}

}  // namespace jobhost::storage
