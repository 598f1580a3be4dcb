#include "storage/soci/sweep.hpp"

#include "storage/soci/edge_rows.hpp"
#include "storage/soci/id_list.hpp"
#include "storage/soci/releases.hpp"

#include <set>
#include <utility>
#include <vector>

namespace jobhost::storage {

namespace {

// Those of which work is noted are not forgotten: it goes on.
std::set<std::int64_t> without_noted(Session& session, const std::vector<std::int64_t>& ids) {
    std::set<std::int64_t> rest{ids.begin(), ids.end()};
    if (rest.empty()) return rest;
    for (const auto& [kind, subject] : session.rows<int, long long>("work_of", {{"ids", id_list(ids)}}))
        rest.erase(subject);
    return rest;
}

bool has_members_waiting(Session& session, BatchId id) {
    return !session.rows<long long>("job_members_waiting", {{"batch", id.value}, {"count", 1}}).empty();
}

// Parents that have ended, and of which somebody has not heard.
std::size_t tell(Change& change, Releases& releases, const std::set<std::int64_t>& parents) {
    std::vector<JobId> jobs;
    std::vector<BatchId> batches;
    for (const std::int64_t id : parents) {
        jobs.emplace_back(JobId{id});
        batches.emplace_back(BatchId{id});
    }
    std::size_t count = 0;
    for (const HeldJob& job : hold_jobs(change.session, jobs)) {
        if (!is_final(job.state)) continue;
        releases.tell(job.id, job.state);
        ++count;
    }
    releases.batches().hold(batches);
    for (const BatchId id : batches) {
        const HeldBatch* batch = releases.batches().find(id);
        if (batch == nullptr || !is_final(batch->state)) continue;
        releases.tell(id, batch->state);
        ++count;
    }
    return count;
}

std::size_t mend(Change& change, Releases& releases, const std::set<std::int64_t>& ids) {
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
        if (is_to_start || is_half_started)
            releases.start(batch_id);
        else if (batch->is_to_finish())
            releases.finish_if_complete(batch_id);
        else
            continue;
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
            count = tell(change, releases, without_noted(session, ids));
        } else {
            const BatchState state =
                part_ == Part::awaiting_batches ? BatchState::awaiting : BatchState::started;
            read("batch_in_state", {{"state", static_cast<int>(state)}});
            count = mend(change, releases, without_noted(session, ids));
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
