#include "storage/soci/restoration.hpp"

#include "storage/soci/edge_rows.hpp"
#include "storage/soci/id_list.hpp"
#include "storage/soci/job_flags.hpp"
#include "storage/soci/unique_key.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace jobhost::storage {

namespace {

// Also while it awaits something.
bool wants_key(const HeldJob& job) {
    return (job.flags & kHasUnique) != 0 && (job.flags & kHasQueuedKey) == 0;
}

}  // namespace

void Restoration::runs_again(const HeldJob& job) {
    uncount(job);
    parents_.push_back(job.id.value);
}

// Who wants a key waits until all are found that may want the same one.
void Restoration::run() {
    while (!parents_.empty() || !wanting_key_.empty()) {
        if (parents_.empty()) {
            restore_first_with_key();
            continue;
        }
        const std::int64_t parent = parents_.back();
        parents_.pop_back();
        restore_children(parent);
    }
}

void Restoration::restore_first_with_key() {
    const HeldJob job = std::move(wanting_key_.extract(wanting_key_.begin()).mapped());
    if (!take_key(change_.session, job.id)) return;
    runs_again(job);
    moves_.wait(job, Reason::parents);
    moves_.write();
}

// Its batch had counted it as final.
void Restoration::uncount(const HeldJob& job) {
    if (!job.batch) return;
    HeldBatches& batches = releases_.batches();
    batches.hold({*job.batch});
    HeldBatch* batch = batches.find(*job.batch);
    if (batch == nullptr) return;
    for (const BatchId reopened : releases_.reopen(*job.batch))
        parents_.push_back(reopened.value);
    ++batch->unfinished;
    if (job.state != StateName::succeeded) --batch->unsuccessful;
    batches.changed(batch->id);
}

void Restoration::restore_children(std::int64_t parent) {
    std::vector<Edge> edges;
    std::set<std::int64_t> jobs;
    std::set<std::int64_t> batches;
    for (const auto& [child, position, is_batch, met] : change_.session.rows<long long, int, int, int>(
             "edge_closed_of", {{"ids", id_list(std::vector{parent})}})) {
        edges.push_back({child, position, is_batch != 0, met == 0});
        (is_batch != 0 ? batches : jobs).insert(child);
    }
    if (edges.empty()) return;
    std::vector<BatchId> batch_ids;
    for (const std::int64_t id : batches)
        batch_ids.emplace_back(BatchId{id});
    releases_.batches().hold(batch_ids);
    std::vector<JobId> job_ids;
    for (const std::int64_t id : jobs)
        job_ids.emplace_back(JobId{id});
    std::map<std::int64_t, HeldJob> held;
    for (const HeldJob& job : hold_jobs(change_.session, job_ids))
        held.emplace(job.id.value, job);

    std::vector<Edge> opened;
    for (const Edge& edge : edges) {
        if (edge.is_child_batch) {
            const HeldBatch* batch = releases_.batches().find(BatchId{edge.child});
            const bool waits =
                batch != nullptr && batch->state <= BatchState::awaiting && !batch->cancel_requested_at;
            if (waits || (batch != nullptr && batch->is_unmet)) opened.push_back(edge);
        } else if (const auto job = held.find(edge.child); job != held.end() && waits(job->second)) {
            opened.push_back(edge);
        }
    }
    open(opened);
    std::set<std::int64_t> children;
    std::set<std::int64_t> freed;
    for (const Edge& edge : opened) {
        children.insert(edge.child);
        if (edge.was_unmet) freed.insert(edge.child);
    }
    const auto outlooks = outlooks_of(change_.session, id_list(children));
    const auto is_restorable = [&](std::int64_t child) {
        const auto outlook = outlooks.find(child);
        return outlook != outlooks.end() && !outlook->second.is_unmet;
    };
    // Before their batches, which count them with the others that come back.
    for (const auto& [id, job] : held)
        if (job.state == StateName::deleted && is_restorable(id) &&
            (freed.contains(id) || !comes_back_with_batch(job)))
            restore(job);
    for (const BatchId id : batch_ids)
        if (HeldBatch* batch = releases_.batches().find(id); batch != nullptr && batch->is_unmet &&
                                                             is_restorable(id.value) &&
                                                             !releases_.batches().cancelled_around(*batch))
            restore(*batch);
    moves_.write();
}

// REQUIRES: it did not have to wait for an unmet edge to open. Its batch, which is no longer unmet, has
// counted it, and will restore it with the other members.
bool Restoration::comes_back_with_batch(const HeldJob& job) {
    if (!job.batch) return false;
    const auto work =
        change_.session.rows<int, long long>("work_of", {{"ids", id_list(std::vector{*job.batch})}});
    return std::any_of(work.begin(), work.end(), [](const auto& row) {
        return std::get<0>(row) == static_cast<int>(WorkKind::restore_members);
    });
}

// Or would wait if what it waited for had not ended as it did.
bool Restoration::waits(const HeldJob& job) {
    if (job.state == StateName::awaiting) return !job.is_parked();
    return job.state == StateName::deleted && job.reason == Reason::unmet;
}

void Restoration::open(const std::vector<Edge>& edges) {
    if (edges.empty()) return;
    boost::json::array rows;
    for (const Edge& edge : edges)
        rows.push_back({{"child", edge.child}, {"position", edge.position}, {"met", 2}});
    change_.session.execute("edge_put", {{"rows", boost::json::serialize(rows)}});
}

void Restoration::restore(const HeldJob& job) {
    if (job.batch) {
        releases_.batches().hold({*job.batch});
        const HeldBatch* batch = releases_.batches().find(*job.batch);
        if (batch != nullptr && (batch->cancel_requested_at || releases_.batches().cancelled_around(*batch)))
            return;
    }
    if (wants_key(job)) {
        wanting_key_.emplace(job.id, job);
        return;
    }
    runs_again(job);
    moves_.wait(job, Reason::parents);
}

// With those within it. What its members count for is put right at once, whenever they follow.
void Restoration::restore(HeldBatch& batch) {
    const bool was_final = is_final(batch.state);
    batch.state = BatchState::awaiting;
    batch.cancel_requested_at.reset();
    batch.is_unmet = false;
    batch.finished_at.reset();
    const auto count = std::get<0>(
        change_.session.rows<long long>("job_members_unmet_count", {{"batch", batch.id.value}}).at(0));
    batch.unfinished += count;
    batch.unsuccessful -= count;
    releases_.batches().changed(batch.id);
    if (count > 0) releases_.note(WorkKind::restore_members, batch.id.value);
    if (was_final) {
        parents_.push_back(batch.id.value);
        if (batch.within) {
            for (const BatchId reopened : releases_.reopen(*batch.within))
                parents_.push_back(reopened.value);
            if (HeldBatch* outer = releases_.batches().find(*batch.within)) {
                ++outer->unfinished;
                --outer->unsuccessful;
                releases_.batches().changed(outer->id);
            }
        }
    }
    std::vector<BatchId> within;
    for (const auto& [id] :
         change_.session.rows<long long>("batch_unmet_within", {{"batch", batch.id.value}}))
        within.emplace_back(BatchId{id});
    releases_.batches().hold(within);
    for (const BatchId id : within)
        if (HeldBatch* inner = releases_.batches().find(id);
            inner != nullptr && inner->is_unmet && !outlook_of(change_.session, id).is_unmet)
            restore(*inner);
}

void restore_members(Change& change, Releases& releases, BatchId id) {
    releases.batches().hold({id});
    const HeldBatch* batch = releases.batches().find(id);
    if (batch == nullptr || batch->cancel_requested_at) return;
    const auto most = static_cast<long long>(releases.left()) + 1;
    std::vector<JobId> members;
    for (const auto& [member] :
         change.session.rows<long long>("job_members_unmet", {{"batch", id.value}, {"count", most}}))
        members.emplace_back(JobId{member});
    if (members.size() > releases.left()) {
        releases.note(WorkKind::restore_members, id.value);
        members.resize(releases.left());
    }
    releases.touch(members.size());
    const bool is_started = releases.has_started(id);
    JobMoves moves{change};
    Restoration restoration{change, releases};
    const auto outlooks = outlooks_of(change.session, id_list(members));
    for (const HeldJob& job : hold_jobs(change.session, members)) {
        if (job.state != StateName::deleted || job.reason != Reason::unmet) continue;
        if (wants_key(job) && !take_key(change.session, job.id)) {
            releases.ended(
                {.id = job.id, .state = StateName::deleted, .flags = job.flags, .batch = job.batch});
            continue;
        }
        if ((job.flags & kHasChildren) != 0) restoration.waits_again(job.id);
        const auto outlook = outlooks.find(job.id.value);
        const bool has_parents = outlook != outlooks.end();
        if (is_started && !(has_parents && outlook->second.is_open))
            moves.release(job);
        else
            moves.wait(job, has_parents ? Reason::parents : Reason::batch);
    }
    moves.write();
    restoration.run();
}

}  // namespace jobhost::storage
