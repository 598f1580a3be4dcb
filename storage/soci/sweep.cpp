#include "storage/soci/sweep.hpp"

#include "storage/soci/edge_rows.hpp"
#include "storage/soci/id_list.hpp"
#include "storage/soci/releases.hpp"

#include <set>
#include <utility>
#include <vector>

namespace jobhost::storage {

namespace {

// Whoever has work noted is not forgotten: it goes on.
std::set<std::int64_t> without_noted(Session& session, std::set<std::int64_t> ids) {
    if (ids.empty()) return ids;
    for (const auto& [kind, subject] : session.rows<int, long long>("work_of", {{"ids", id_list(ids)}}))
        ids.erase(subject);
    return ids;
}

// Of these parents, those that somebody still waits for.
std::set<std::int64_t> awaited(Session& session, const std::vector<std::int64_t>& parents) {
    std::set<std::int64_t> found;
    if (parents.empty()) return found;
    for (const auto& [id] : session.rows<long long>("edge_still_open_of", {{"ids", id_list(parents)}}))
        found.insert(id);
    return found;
}

bool has_members_waiting(Session& session, BatchId id) {
    return !session.rows<long long>("job_members_waiting", {{"batch", id.value}, {"count", 1}}).empty();
}

// Parents that have ended, and of which somebody has not heard. Whoever ended them may have told so since
// they were found: that is seen when they are held.
std::size_t tell(Change& change, Releases& releases, const std::vector<std::int64_t>& parents) {
    std::vector<JobId> jobs;
    std::vector<BatchId> batches;
    for (const std::int64_t id : parents) {
        jobs.emplace_back(JobId{id});
        batches.emplace_back(BatchId{id});
    }
    const std::vector<HeldJob> held = hold_jobs(change.session, jobs);
    releases.batches().hold(batches);
    const auto untold = without_noted(change.session, awaited(change.session, parents));
    std::size_t count = 0;
    for (const HeldJob& job : held) {
        if (!is_final(job.state) || !untold.contains(job.id.value)) continue;
        releases.tell(job.id, job.state);
        ++count;
    }
    for (const BatchId id : batches) {
        const HeldBatch* batch = releases.batches().find(id);
        if (batch == nullptr || !is_final(batch->state) || !untold.contains(id.value)) continue;
        releases.tell(id, batch->state);
        ++count;
    }
    return count;
}

std::size_t mend(Change& change, Releases& releases, const std::vector<std::int64_t>& ids) {
    std::size_t count = 0;
    for (const std::int64_t id : ids) {
        const BatchId batch_id{id};
        releases.batches().hold({batch_id});
        const HeldBatch* batch = releases.batches().find(batch_id);
        if (batch == nullptr) continue;
        if (batch->within) releases.batches().hold({*batch->within});
        const bool is_to_start = batch->state == BatchState::awaiting && !batch->cancel_requested_at &&
                                 releases.has_started(batch->within) &&
                                 !outlook_of(change.session, batch_id).is_open;
        const bool is_half_started = batch->state == BatchState::started && !batch->cancel_requested_at &&
                                     has_members_waiting(change.session, batch_id);
        if (!is_to_start && !is_half_started && !batch->is_to_finish()) continue;
        if (without_noted(change.session, {id}).empty()) continue;
        if (is_to_start || is_half_started)
            releases.start(batch_id);
        else
            releases.finish_if_complete(batch_id);
        ++count;
    }
    return count;
}

}  // namespace

std::size_t Sweep::run(Changes& changes, std::size_t limit) {
    const std::lock_guard lock{mutex_};
    std::size_t count = 0;
    std::int64_t last = 0;
    changes.write([&](Change& change) {
        Session& session = change.session;
        std::vector<std::int64_t> ids;
        const auto read = [&](const char* statement, Parameters parameters) {
            parameters.emplace_back("after", after_);
            parameters.emplace_back("count", static_cast<long long>(limit));
            for (const auto& [id] : session.rows<long long>(statement, parameters))
                ids.push_back(id);
        };
        Releases releases{change};
        if (part_ == Part::open_parents) {
            read("edge_open_parents", {});
            count = tell(change, releases, ids);
        } else {
            const BatchState state =
                part_ == Part::awaiting_batches ? BatchState::awaiting : BatchState::started;
            read("batch_in_state", {{"state", static_cast<int>(state)}});
            count = mend(change, releases, ids);
        }
        releases.run();
        last = ids.size() < limit ? 0 : ids.back();
    });
    after_ = last;
    if (last == 0)
        part_ = part_ == Part::open_parents       ? Part::awaiting_batches
                : part_ == Part::awaiting_batches ? Part::started_batches
                                                  : Part::open_parents;
    return count;
}

}  // namespace jobhost::storage
