#include "storage/soci/releases.hpp"

#include "storage/soci/batch_members.hpp"
#include "storage/soci/id_list.hpp"
#include "storage/soci/instants.hpp"
#include "storage/soci/job_flags.hpp"
#include "storage/soci/sized_rows.hpp"
#include "storage/soci/stored_enum.hpp"

#include <algorithm>

namespace jobhost::storage {

void Releases::ended(const EndedJob& job) {
    if (job.batch) {
        Count& count = counts_[*job.batch];
        ++count.finished;
        if (job.state != StateName::succeeded) ++count.unsuccessful;
    }
    if ((job.flags & kHasChildren) != 0) tell(job.id, job.state);
}

// Batches before the jobs that wait, as everywhere.
void Releases::run() {
    for (;;) {
        if (!counts_.empty())
            count_members();
        else if (!starting_.empty())
            start_members();
        else if (!deleting_.empty())
            delete_next_members();
        else if (!ended_jobs_.empty() || !ended_batches_.empty())
            tell_children();
        else
            break;
    }
    batches_.write();
}

void Releases::note(WorkKind kind, std::int64_t subject) {
    change_.session.execute("work_insert", {{"kind", static_cast<int>(kind)}, {"subject", subject}});
    change_.session.announce();
}

void Releases::count_members() {
    const auto counts = std::exchange(counts_, {});
    std::vector<BatchId> ids;
    for (const auto& [id, count] : counts)
        ids.push_back(id);
    batches_.hold(ids);
    for (const auto& [id, count] : counts) {
        HeldBatch* batch = batches_.find(id);
        if (batch == nullptr) continue;
        batch->unfinished -= count.finished;
        batch->unsuccessful += count.unsuccessful;
        batches_.changed(id);
        finish_if_complete(id);
    }
}

void Releases::finish_if_complete(BatchId id) {
    HeldBatch* batch = batches_.find(id);
    if (batch != nullptr && batch->is_to_finish()) finish(*batch);
}

// What was cancelled around it is known there at once, and here only when somebody gets to it.
void Releases::finish(HeldBatch& batch) {
    if (!batch.cancel_requested_at)
        if (const HeldBatch* around = batches_.cancelled_around(batch)) {
            batch.cancel_requested_at = around->cancel_requested_at;
            batch.is_unmet = around->is_unmet;
        }
    batch.state = batch.cancel_requested_at ? BatchState::cancelled
                  : batch.unsuccessful == 0 ? BatchState::succeeded
                                            : BatchState::completed;
    batch.finished_at = change_.session.now();
    batches_.changed(batch.id);
    tell(batch.id, batch.state);
    if (!batch.within) return;
    Count& count = counts_[*batch.within];
    ++count.finished;
    if (batch.state != BatchState::succeeded) ++count.unsuccessful;
}

void Releases::start(BatchId id) {
    batches_.find(id)->state = BatchState::started;
    batches_.changed(id);
    starting_.push_back(id);
}

void Releases::cancel(BatchId id, bool is_unmet) {
    HeldBatch& batch = *batches_.find(id);
    if (batch.cancel_requested_at) return;
    batch.cancel_requested_at = change_.session.now();
    batch.is_unmet = is_unmet;
    batches_.changed(id);
    if (is_unmet)
        deleting_.push_back(id);
    else
        note(WorkKind::delete_members, id.value);
    finish_if_complete(id);
}

std::vector<BatchId> Releases::reopen(BatchId id) {
    std::vector<BatchId> reopened;
    batches_.hold({id});
    HeldBatch* batch = batches_.find(id);
    while (batch != nullptr && is_final(batch->state)) {
        const bool was_successful = batch->state == BatchState::succeeded;
        batch->state = BatchState::started;
        batch->finished_at.reset();
        batch->cancel_requested_at.reset();
        batch->is_unmet = false;
        batches_.changed(batch->id);
        reopened.push_back(batch->id);
        if (!batch->within) break;
        batches_.hold({*batch->within});
        batch = batches_.find(*batch->within);
        if (batch == nullptr) break;
        ++batch->unfinished;
        if (!was_successful) --batch->unsuccessful;
        batches_.changed(batch->id);
    }
    return reopened;
}

bool Releases::has_started(std::optional<BatchId> id) {
    if (!id) return true;
    const HeldBatch* batch = batches_.find(*id);
    return batch == nullptr || batch->state >= BatchState::started;
}

void Releases::start_members() {
    const BatchId id = starting_.back();
    starting_.pop_back();
    const auto most = static_cast<long long>(left()) + 1;
    const auto first = [&](const char* statement) {
        std::vector<std::int64_t> found;
        for (const auto& [member] :
             change_.session.rows<long long>(statement, {{"batch", id.value}, {"count", most}}))
            found.push_back(member);
        if (found.size() > left()) {
            note(WorkKind::start_members, id.value);
            found.resize(left());
        }
        touch(found.size());
        return found;
    };
    std::vector<BatchId> batches;
    for (const std::int64_t member : first("batch_waiting_within"))
        batches.emplace_back(BatchId{member});
    batches_.hold(batches);
    for (const BatchId member : batches)
        if (batches_.find(member)->is_to_start()) start(member);
    std::vector<JobId> jobs;
    for (const std::int64_t member : first("job_members_waiting"))
        jobs.emplace_back(JobId{member});
    for (const HeldJob& job : hold_jobs(change_.session, jobs))
        if (job.state == StateName::awaiting && !job.is_parked()) moves_.release(job);
    moves_.write();
    finish_if_complete(id);
}

void Releases::delete_next_members() {
    const BatchId id = deleting_.back();
    deleting_.pop_back();
    batches_.write();  // they are looked at again there
    if (left() > 0)
        delete_members(change_, *this, id);
    else
        note(WorkKind::delete_members, id.value);
}

// A child is locked before its other edges are looked at: of two transactions that bring the ends of two of
// its parents, the second one sees both.
void Releases::tell_children() {
    const std::vector<Edge> edges = take_edges();
    std::map<std::int64_t, bool> children;  // by id, whether it is a batch
    for (const Edge& edge : edges)
        children.emplace(edge.child, edge.is_child_batch);
    std::vector<JobId> job_ids;
    std::vector<BatchId> batch_ids;
    std::vector<std::int64_t> ids;
    for (const auto& [id, is_batch] : children) {
        ids.push_back(id);
        if (is_batch)
            batch_ids.emplace_back(BatchId{id});
        else
            job_ids.emplace_back(JobId{id});
    }
    hold_batches_for(batch_ids, job_ids);
    const std::vector<HeldJob> held = hold_jobs(change_.session, job_ids);
    write_edges(edges);
    auto outlook = outlooks_of(change_.session, id_list(ids));
    touch(ids.size());
    for (const BatchId id : batch_ids)
        decide(id, outlook[id.value]);
    for (const HeldJob& job : held)
        decide(job, outlook[job.id.value]);
    moves_.write();
}

// Of what has ended, as many edges as the budget allows; parents that have more are told on later.
std::vector<Releases::Edge> Releases::take_edges() {
    std::vector<std::int64_t> parents;
    for (const auto& [id, state] : ended_jobs_)
        parents.push_back(id.value);
    for (const auto& [id, state] : ended_batches_)
        parents.push_back(id.value);
    std::vector<Edge> edges;
    for (const auto& [parent, child, position, is_child_batch, condition] :
         change_.session.rows<long long, long long, int, int, int>(
             "edge_open_of", {{"ids", id_list(parents)}, {"count", static_cast<long long>(left()) + 1}}))
        edges.push_back(
            {.parent = parent,
             .child = child,
             .position = position,
             .is_child_batch = is_child_batch != 0,
             .is_met = is_met(parent, stored_as<Condition>(kConditionNames, condition, "a condition"))});
    if (edges.size() > left()) {
        const std::int64_t first_untold = edges[left()].parent;
        edges.resize(left());
        for (const std::int64_t parent : parents)
            if (parent >= first_untold) note(WorkKind::tell_children, parent);
    }
    ended_jobs_.clear();
    ended_batches_.clear();
    return edges;
}

bool Releases::is_met(std::int64_t parent, Condition condition) const {
    const auto job = ended_jobs_.find(JobId{parent});
    if (job != ended_jobs_.end()) return meets(condition, job->second);
    return meets(condition, ended_batches_.at(BatchId{parent}));
}

// With the results of those that succeeded, for the child to read.
void Releases::write_edges(const std::vector<Edge>& edges) {
    if (edges.empty()) return;
    std::set<std::int64_t> parents;
    for (const Edge& edge : edges)
        parents.insert(edge.parent);
    std::map<std::int64_t, std::string> results;
    for (auto& [id, result] :
         change_.session.rows<long long, std::string>("job_results", {{"ids", id_list(parents)}}))
        results[id] = std::move(result);
    SizedRows rows{change_.session, "edge_put"};
    for (const Edge& edge : edges) {
        boost::json::object row{
            {"child", edge.child}, {"position", edge.position}, {"met", edge.is_met ? 1 : 0}};
        const auto result = results.find(edge.parent);
        const bool has_result = result != results.end();
        if (has_result) row["result"] = result->second;
        rows.add(std::move(row), 100 + (has_result ? result->second.size() : 0));
    }
    rows.flush();
}

// Those that decide, or are decided: the children themselves, and the batches around jobs.
void Releases::hold_batches_for(const std::vector<BatchId>& batches, const std::vector<JobId>& jobs) {
    std::set<BatchId> ids{batches.begin(), batches.end()};
    if (!jobs.empty())
        for (const auto& [id, batch] :
             change_.session.rows<long long, long long>("job_batches", {{"ids", id_list(jobs)}}))
            ids.insert(BatchId{batch});
    batches_.hold({ids.begin(), ids.end()});
    std::vector<BatchId> outer;
    for (const BatchId id : batches)
        if (const HeldBatch* batch = batches_.find(id); batch != nullptr && batch->within)
            outer.push_back(*batch->within);
    batches_.hold(outer);
}

void Releases::decide(BatchId id, const Outlook& outlook) {
    const HeldBatch* batch = batches_.find(id);
    if (batch == nullptr || batch->state > BatchState::awaiting) return;
    if (outlook.is_unmet)
        cancel(id, true);
    else if (!outlook.is_open && batch->is_to_start() && has_started(batch->within))
        start(id);
}

// A child that a person has moved on is left alone.
void Releases::decide(const HeldJob& job, const Outlook& outlook) {
    if (job.state != StateName::awaiting || job.is_parked()) return;
    if (outlook.is_unmet) {
        const HeldBatch* batch = job.batch ? batches_.find(*job.batch) : nullptr;
        const bool is_cancelled = batch != nullptr && batch->cancel_requested_at && !batch->is_unmet;
        moves_.remove(job, is_cancelled ? Reason::cancelled : Reason::unmet);
        ended({.id = job.id, .state = StateName::deleted, .flags = job.flags, .batch = job.batch});
    } else if (!outlook.is_open && has_started(job.batch)) {
        moves_.release(job);
    }
}

}  // namespace jobhost::storage
