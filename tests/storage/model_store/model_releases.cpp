#include "tests/storage/model_store/model_releases.hpp"

#include "tests/storage/model_store/model_batches.hpp"
#include "tests/storage/model_store/model_limits.hpp"
#include "tests/storage/model_store/model_unique.hpp"

#include <algorithm>

namespace jobhost::storage::model {

namespace {

bool has(const std::vector<ParentEnd>& parents, std::optional<bool> is_met) {
    return std::any_of(parents.begin(), parents.end(),
                       [&](const ParentEnd& end) { return end.is_met == is_met; });
}

bool fits(Condition condition, StateName state) {
    switch (condition) {
        case Condition::succeeded:
            return state == StateName::succeeded;
        case Condition::failed:
            return state == StateName::failed;
        case Condition::deleted:
            return state == StateName::deleted;
        case Condition::finished:
            break;
    }
    return true;
}

bool fits(Condition condition, BatchState state) {
    switch (condition) {
        case Condition::succeeded:
            return state == BatchState::succeeded;
        case Condition::failed:
            return state == BatchState::completed;
        case Condition::deleted:
            return state == BatchState::cancelled;
        case Condition::finished:
            break;
    }
    return true;
}

// Each list of parents there is.
template <class Visit>
void for_each_child(ModelDatabase& database, Visit visit) {
    for (auto& [id, job] : database.jobs)
        visit(job.parents);
    for (auto& [id, batch] : database.batches)
        visit(batch.seen.parents);
}

bool decide_edges(ModelDatabase& database) {
    bool any = false;
    for_each_child(database, [&](std::vector<ParentEnd>& parents) {
        for (ParentEnd& end : parents) {
            if (end.is_met) continue;
            end = end_of(database, end.parent);
            any = any || end.is_met;
        }
    });
    return any;
}

bool end_unmet(ModelDatabase& database, TimePoint now) {
    bool any = false;
    for (auto& [id, job] : database.jobs)
        if (job.awaits_others() && has(job.parents, false)) {
            become(job, Deleted{now, Reason::unmet});
            any = true;
        }
    return any;
}

bool release_all(ModelDatabase& database, TimePoint now) {
    bool any = false;
    for (auto& [id, job] : database.jobs)
        if (job.awaits_others() && !has(job.parents, std::nullopt) && runs(database, job.seen.batch)) {
            release(job, now);
            any = true;
        }
    return any;
}

bool was_unmet(const JobRecord& job) {
    const auto* deletion = std::get_if<Deleted>(&job.seen.state);
    return deletion != nullptr && deletion->reason == Reason::unmet;
}

void take_back_end(ModelDatabase& database, const std::variant<JobId, BatchId>& of);

// Of those that want it while they await something.
bool keeps_key(const ModelDatabase& database, JobRecord& job) {
    return !job.unique || job.unique->held == HeldWhile::queued || take_key(database, job);
}

// Its member is not final any more.
void take_back_ends_of_batches(ModelDatabase& database, std::optional<BatchId> batch) {
    for (const BatchId reopened : reopen(database, batch))
        take_back_end(database, reopened);
}

void restore(ModelDatabase& database, JobRecord& job) {
    if (has(job.parents, false) || is_cancelled(database, job.seen.batch)) return;
    if (!keeps_key(database, job)) return;
    become(job, Awaiting{Reason::parents});
    take_back_ends_of_batches(database, job.seen.batch);
    take_back_end(database, job.seen.id);
}

bool open_again(std::vector<ParentEnd>& parents, const std::variant<JobId, BatchId>& of) {
    bool any = false;
    for (ParentEnd& end : parents)
        if (end.parent.of == of) {
            end = {end.parent, {}, {}};
            any = true;
        }
    return any;
}

// With its members and the batches within it that were deleted for that alone.
void restore(ModelDatabase& database, BatchRecord& batch) {
    const bool was_final = is_final(batch.seen.state);
    batch.seen.state = BatchState::awaiting;
    batch.seen.cancel_requested_at.reset();
    batch.seen.finished_at.reset();
    batch.is_unmet = false;
    std::vector<JobId> restored;
    for (auto& [id, job] : database.jobs)
        if (job.seen.batch == batch.seen.id && was_unmet(job) && !has(job.parents, false) &&
            keeps_key(database, job)) {
            become(job, Awaiting{job.parents.empty() ? Reason::batch : Reason::parents});
            restored.push_back(id);
        }
    for (const JobId id : restored)
        take_back_end(database, id);
    if (was_final) {
        take_back_ends_of_batches(database, batch.seen.within);
        take_back_end(database, batch.seen.id);
    }
    for (auto& [id, inner] : database.batches)
        if (inner.seen.within == batch.seen.id && inner.is_unmet && !has(inner.seen.parents, false))
            restore(database, inner);
}

void take_back_end(ModelDatabase& database, const std::variant<JobId, BatchId>& of) {
    for (auto& [id, batch] : database.batches) {
        const bool waits = batch.seen.state < BatchState::started && !batch.seen.cancel_requested_at;
        if ((!waits && !batch.is_unmet) || !open_again(batch.seen.parents, of)) continue;
        if (batch.is_unmet && !has(batch.seen.parents, false) && !is_cancelled(database, batch.seen.within))
            restore(database, batch);
    }
    for (auto& [id, job] : database.jobs)
        if ((job.awaits_others() || was_unmet(job)) && open_again(job.parents, of) && was_unmet(job))
            restore(database, job);
}

}  // namespace

ParentEnd end_of(const ModelDatabase& database, const Parent& parent) {
    ParentEnd end{parent, {}, {}};
    if (const auto* job = std::get_if<JobId>(&parent.of)) {
        const auto found = database.jobs.find(*job);
        if (found == database.jobs.end() || !is_final(found->second.state())) return end;
        end.is_met = fits(parent.on, found->second.state());
        if (const auto* success = std::get_if<Succeeded>(&found->second.seen.state))
            end.result = success->result;
    } else {
        const auto found = database.batches.find(std::get<BatchId>(parent.of));
        if (found == database.batches.end() || !is_final(found->second.seen.state)) return end;
        end.is_met = fits(parent.on, found->second.seen.state);
    }
    return end;
}

void release(JobRecord& job, TimePoint now) {
    const TimePoint due = std::max(job.due_at.value_or(now), now + job.delay);
    if (due > now)
        become(job, Scheduled{due, Reason::delayed});
    else
        enqueue(job, now);
}

void take_back_end_of(ModelDatabase& database, JobId job) {
    take_back_ends_of_batches(database, database.jobs.at(job).seen.batch);
    take_back_end(database, job);
}

void follow_up(ModelDatabase& database, TimePoint now) {
    for (bool any = true; any;) {
        any = decide_edges(database);
        any = cancel_members(database, now) || any;
        any = end_unmet(database, now) || any;
        any = start_batches(database) || any;
        any = release_all(database, now) || any;
        any = end_batches(database, now) || any;
        any = grant_slots(database, now) > 0 || any;
    }
}

}  // namespace jobhost::storage::model
