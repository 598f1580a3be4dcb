#include "tests/storage/model_store/model_releases.hpp"

#include "tests/storage/model_store/model_batches.hpp"
#include "tests/storage/model_store/model_limits.hpp"
#include "tests/storage/model_store/model_unique.hpp"

#include <algorithm>
#include <set>

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

bool open_again(std::vector<ParentEnd>& parents, const std::variant<JobId, BatchId>& of) {
    bool any = false;
    for (ParentEnd& end : parents)
        if (end.parent.of == of) {
            end = {end.parent, {}, {}};
            any = true;
        }
    return any;
}

// Which of those that want the same key gets it follows from the order: members of a batch come when all
// others are back, and of these the one with the smallest id is the first.
class Restoring {
public:
    explicit Restoring(ModelDatabase& database) : database_{database} {}

    void run(JobId job) {
        is_back(job, database_.jobs.at(job).seen.batch);
        while (go_on()) {
        }
    }

private:
    bool go_on() {
        if (!parents_.empty()) {
            const auto of = parents_.back();
            parents_.pop_back();
            look_at_children(of);
        } else if (!wanting_key_.empty()) {
            JobRecord& job = database_.jobs.at(wanting_key_.extract(wanting_key_.begin()).value());
            if (take_key(database_, job)) restore(job);
        } else if (!coming_back_.empty()) {
            restore_members(coming_back_.extract(coming_back_.begin()).value());
        } else {
            return false;
        }
        return true;
    }

    void is_back(std::variant<JobId, BatchId> id, std::optional<BatchId> around) {
        parents_.push_back(id);
        for (const BatchId reopened : reopen(database_, around))
            parents_.emplace_back(reopened);
    }

    void look_at_children(const std::variant<JobId, BatchId>& of) {
        for (auto& [id, job] : database_.jobs) {
            const bool had_unmet = has(job.parents, false);
            if (!(job.awaits_others() || was_unmet(job)) || !open_again(job.parents, of)) continue;
            if (was_unmet(job) && !has(job.parents, false) && (had_unmet || !comes_with_batch(job)))
                restore_with_key(job);
        }
        for (auto& [id, batch] : database_.batches) {
            const bool waits = batch.seen.state < BatchState::started && !batch.seen.cancel_requested_at;
            if ((!waits && !batch.is_unmet) || !open_again(batch.seen.parents, of)) continue;
            if (batch.is_unmet && !has(batch.seen.parents, false) &&
                !is_cancelled(database_, batch.seen.within))
                restore(batch);
        }
    }

    bool comes_with_batch(const JobRecord& job) const {
        return job.seen.batch && coming_back_.contains(*job.seen.batch);
    }

    void restore_with_key(JobRecord& job) {
        if (is_cancelled(database_, job.seen.batch)) return;
        if (wants_key(job))
            wanting_key_.insert(job.seen.id);
        else
            restore(job);
    }

    // While it awaits something.
    static bool wants_key(const JobRecord& job) {
        return job.unique && job.unique->held != HeldWhile::queued;
    }

    void restore(JobRecord& job) {
        become(job, Awaiting{Reason::parents});
        is_back(job.seen.id, job.seen.batch);
    }

    // With the batches within it that were deleted for that alone; its members follow.
    void restore(BatchRecord& batch) {
        const bool was_final = is_final(batch.seen.state);
        batch.seen.state = BatchState::awaiting;
        batch.seen.cancel_requested_at.reset();
        batch.seen.finished_at.reset();
        batch.is_unmet = false;
        if (was_final) is_back(batch.seen.id, batch.seen.within);
        coming_back_.insert(batch.seen.id);
        for (auto& [id, inner] : database_.batches)
            if (inner.seen.within == batch.seen.id && inner.is_unmet && !has(inner.seen.parents, false))
                restore(inner);
    }

    void restore_members(BatchId batch) {
        for (auto& [id, job] : database_.jobs)
            if (job.seen.batch == batch && was_unmet(job) && !has(job.parents, false) &&
                (!wants_key(job) || take_key(database_, job))) {
                become(job, Awaiting{job.parents.empty() ? Reason::batch : Reason::parents});
                parents_.emplace_back(id);
            }
    }

    ModelDatabase& database_;
    std::vector<std::variant<JobId, BatchId>> parents_;  // whose children are to be looked at
    std::set<JobId> wanting_key_;
    std::set<BatchId> coming_back_;
};

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
    Restoring{database}.run(job);
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
