#include "storage/soci/submission.hpp"

#include "storage/soci/cycles.hpp"
#include "storage/soci/id_list.hpp"
#include "storage/soci/job_flags.hpp"
#include "storage/soci/known_jobs.hpp"
#include "storage/soci/limit_slots.hpp"
#include "storage/soci/refusal.hpp"
#include "storage/soci/submission_rows.hpp"
#include "storage/soci/unique_key.hpp"

#include <algorithm>
#include <utility>

namespace jobhost::storage {

namespace {

using Either = std::variant<JobId, BatchId>;

}  // namespace

Submission::Submission(Change& change, std::span<const NewBatch> batches, std::span<const NewJob> jobs)
    : change_{change},
      names_{batches, jobs},
      releases_{change},
      now_{change.session.now()},
      batches_{batches.begin(), batches.end()} {
    std::sort(batches_.begin(), batches_.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    for (const NewJob& job : jobs)
        entries_.push_back({.job = job, .answer = {job.id}});
}

Submission::Submission(Change& change, SubmissionEntry entry, const std::string& name)
    : change_{change}, names_{entry.job.id, name}, releases_{change}, now_{change.session.now()} {
    entries_.push_back(std::move(entry));
}

std::vector<Inserted> Submission::submit() {
    change_.session.announce();
    leave_out_known_batches();
    leave_out_known(change_, entries_);
    KeyTaking keys{change_, names_};
    follow(find_stand_ins(change_.session, keys, batches_, entries_));
    hold_named();
    refuse_empty_batches();
    refuse_cycles();
    place_batches();
    place_jobs();
    insert_batch_rows(change_.session, batches_, new_batches_);
    insert_job_rows(change_, entries_, names_);
    std::set<JobId> parents;
    for (const auto& [id, job] : parent_jobs_)
        parents.insert(id);
    insert_edge_rows(change_.session, batches_, entries_, parents);
    tell();
    LimitSlots{change_}.take_back(keys.put_off());
    std::vector<Inserted> answers;
    for (const SubmissionEntry& entry : entries_)
        answers.push_back(entry.answer);
    return answers;
}

void Submission::leave_out_known_batches() {
    std::vector<BatchId> ids;
    for (const NewBatch& batch : batches_)
        ids.push_back(batch.id);
    if (ids.empty()) return;
    std::set<BatchId> known;
    for (const auto& [id] : change_.session.rows<long long>("batch_existing", {{"ids", id_list(ids)}}))
        known.insert(BatchId{id});
    std::erase_if(batches_, [&](const NewBatch& batch) { return known.contains(batch.id); });
}

// What waits for a job that another one stands for waits for that one.
void Submission::follow(const StandIns& stand_ins) {
    for (const SubmissionEntry& entry : entries_)
        if (!entry.is_left_out) new_jobs_.insert(entry.job.id);
    for_each_parent([&](Parent& parent, const Either&) {
        const auto id = std::visit([](auto of) { return of.value; }, parent.of);
        if (const auto other = stand_ins.find(id); other != stand_ins.end()) parent.of = other->second;
    });
}

// It would have succeeded before any of the jobs that stand for its own has run.
void Submission::refuse_empty_batches() {
    for (const SubmissionEntry& entry : entries_) {
        const auto& batch = entry.job.batch;
        if (!entry.is_left_out || entry.answer.is_new || !batch || !is_new(*batch) || members_[*batch] > 0)
            continue;
        if (!std::ranges::find(batches_, *batch, &NewBatch::id)->is_staged)
            refuse_for_now("other jobs stand for all jobs of " + names_.of(*batch) + ", such as " +
                           name_of(entry.answer.id) +
                           ", as they have the same unique keys: nothing was handed in; " +
                           "wait until those have ended, or let the keys tell them apart");
    }
}

template <class Each>
void Submission::for_each_parent(Each each) {
    for (SubmissionEntry& entry : entries_)
        if (!entry.is_left_out)
            for (Parent& parent : entry.job.parents)
                each(parent, entry.job.id);
    for (NewBatch& batch : batches_)
        for (Parent& parent : batch.parents)
            each(parent, batch.id);
}

void Submission::hold_named() {
    for (const NewBatch& batch : batches_)
        new_batches_[batch.id] = {};
    hold_parent_jobs();
    hold_batches();
}

void Submission::hold_parent_jobs() {
    std::map<JobId, Either> named;
    for_each_parent([&](const Parent& parent, const Either& whose) {
        const auto* job = std::get_if<JobId>(&parent.of);
        if (job != nullptr && !new_jobs_.contains(*job)) named.emplace(*job, whose);
    });
    std::vector<JobId> ids;
    for (const auto& [id, whose] : named)
        ids.push_back(id);
    for (const HeldJob& job : hold_jobs(change_.session, ids))
        parent_jobs_[job.id] = job;
    for (const auto& [id, whose] : named)
        if (!parent_jobs_.contains(id))
            refuse(names_.of(whose) + " waits for " + name_of(id) + ", which does not exist");
}

void Submission::hold_batches() {
    std::vector<BatchId> ids;
    std::map<BatchId, Either> awaited;
    for_each_parent([&](const Parent& parent, const Either& whose) {
        const auto* batch = std::get_if<BatchId>(&parent.of);
        if (batch != nullptr && !is_new(*batch)) awaited.emplace(*batch, whose);
    });
    std::map<BatchId, Either> joined;
    for (const SubmissionEntry& entry : entries_)
        if (!entry.is_left_out && entry.job.batch) {
            ++members_[*entry.job.batch];
            joined.emplace(*entry.job.batch, entry.job.id);
        }
    for (const NewBatch& batch : batches_)
        if (batch.within) {
            ++members_[*batch.within];
            joined.emplace(*batch.within, batch.id);
        }
    for (const auto& [id, whose] : awaited)
        ids.push_back(id);
    for (const auto& [id, whose] : joined)
        if (!is_new(id)) ids.push_back(id);
    if (ids.empty()) return;
    releases_.batches().hold(ids);
    for (const auto& [id, whose] : awaited)
        if (releases_.batches().find(id) == nullptr)
            refuse(names_.of(whose) + " waits for " + name_of(id) + ", which does not exist");
    for (const auto& [id, whose] : joined)
        if (!is_new(id)) join(id, whose);
}

void Submission::join(BatchId id, const std::variant<JobId, BatchId>& whose) {
    HeldBatch* batch = releases_.batches().find(id);
    if (batch == nullptr) refuse(names_.of(whose) + " is to join " + name_of(id) + ", which does not exist");
    if (batch->cancel_requested_at || releases_.batches().cancelled_around(*batch))
        refuse(names_.of(whose) + " is to join " + name_of(id) + ", which was cancelled");
    releases_.reopen(id);
    batch->members += members_[id];
    batch->unfinished += members_[id];
    releases_.batches().changed(id);
}

// Among what comes in, and over what was there already.
void Submission::refuse_cycles() {
    std::set<BatchId> joined;
    for (const auto& [id, count] : members_)
        if (!is_new(id)) joined.insert(id);
    if (const std::int64_t culprit = waits_for_itself(change_.session, batches_, entries_, joined);
        culprit != 0)
        refuse("a cycle: " + names_.of(culprit) + " waits for itself, over those that it waits for");
}

bool Submission::is_started(std::optional<BatchId> batch) {
    if (!batch) return true;
    if (const auto found = new_batches_.find(*batch); found != new_batches_.end())
        return found->second.state == BatchState::started;
    return releases_.has_started(batch);
}

void Submission::place_batches() {
    for (const NewBatch& batch : batches_) {
        BatchRow& row = new_batches_[batch.id];
        row.members = members_[batch.id];
        if (batch.is_staged)
            row.state = BatchState::creating;
        else if (!batch.parents.empty() || !is_started(batch.within))
            row.state = BatchState::awaiting;
    }
}

void Submission::place_jobs() {
    std::set<JobId> with_children;
    for_each_parent([&](const Parent& parent, const Either&) {
        if (const auto* job = std::get_if<JobId>(&parent.of)) with_children.insert(*job);
    });
    for (SubmissionEntry& entry : entries_) {
        if (entry.is_left_out) continue;
        if (with_children.contains(entry.job.id)) entry.flags |= kHasChildren;
        place(entry);
    }
}

void Submission::place(SubmissionEntry& entry) {
    NewJob& job = entry.job;
    if (!job.parents.empty()) entry.flags |= kHasParents;
    if (!job.limits.empty()) entry.flags |= kHasLimits;
    if (!job.tags.empty()) entry.flags |= kHasTags;
    if (job.unique) entry.flags |= flags_of(job.unique->held);
    if (job.delay > Duration::zero() && job.parents.empty() && is_started(job.batch))
        job.due_at = std::max(job.due_at.value_or(now_), now_ + job.delay);
    if (!job.parents.empty()) {
        entry.state = StateName::awaiting;
        entry.reason = Reason::parents;
    } else if (!is_started(job.batch)) {
        entry.state = StateName::awaiting;
        entry.reason = Reason::batch;
    } else if (job.due_at && *job.due_at > now_) {
        entry.state = StateName::scheduled;
        entry.reason = Reason::delayed;
    }
}

// What has ended before anybody waited for it tells so now.
void Submission::tell() {
    for_each_parent([&](const Parent& parent, const Either&) {
        if (const auto* job = std::get_if<JobId>(&parent.of)) {
            const auto held = parent_jobs_.find(*job);
            if (held != parent_jobs_.end() && is_final(held->second.state))
                releases_.tell(*job, held->second.state);
        } else if (const BatchId id = std::get<BatchId>(parent.of); !is_new(id)) {
            const HeldBatch* batch = releases_.batches().find(id);
            if (batch != nullptr && is_final(batch->state)) releases_.tell(id, batch->state);
        }
    });
    std::vector<BatchId> empty;  // their members were there already
    for (const NewBatch& batch : batches_)
        if (members_[batch.id] == 0 && !batch.is_staged) empty.push_back(batch.id);
    releases_.batches().hold(empty);
    for (const BatchId id : empty)
        releases_.finish_if_complete(id);
    releases_.run();
}

}  // namespace jobhost::storage
