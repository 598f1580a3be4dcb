#include "tests/storage/model_store/model_batches.hpp"

#include <algorithm>

namespace jobhost::storage::model {

namespace {

bool has_open(const std::vector<ParentEnd>& parents) {
    return std::any_of(parents.begin(), parents.end(), [](const ParentEnd& end) { return !end.is_met; });
}

bool has_unmet(const std::vector<ParentEnd>& parents) {
    return std::any_of(parents.begin(), parents.end(),
                       [](const ParentEnd& end) { return end.is_met == false; });
}

struct Members {
    std::int64_t all = 0;
    std::int64_t unfinished = 0;
    std::int64_t unsuccessful = 0;
};

std::map<BatchId, Members> count_members(const ModelDatabase& database) {
    std::map<BatchId, Members> counts;
    const auto count = [&](const std::optional<BatchId>& of, bool has_ended, bool is_success) {
        if (!of) return;
        Members& members = counts[*of];
        ++members.all;
        if (!has_ended) ++members.unfinished;
        if (has_ended && !is_success) ++members.unsuccessful;
    };
    for (const auto& [id, job] : database.jobs)
        count(job.seen.batch, is_final(job.state()), job.state() == StateName::succeeded);
    for (const auto& [id, batch] : database.batches)
        count(batch.seen.within, is_final(batch.seen.state), batch.seen.state == BatchState::succeeded);
    for (const auto& [id, batch] : database.batches) {
        counts[id].all += batch.purged;
        counts[id].unsuccessful += batch.purged_unsuccessful;
    }
    return counts;
}

// An unmet parent cancels a batch, and a cancelled batch those within it.
bool spread_cancels(ModelDatabase& database, TimePoint now) {
    bool any = false;
    for (auto& [id, batch] : database.batches) {  // those around come first
        if (is_final(batch.seen.state) || batch.seen.cancel_requested_at) continue;
        // One that a person has started all the same goes on.
        const bool is_unmet = has_unmet(batch.seen.parents) && batch.seen.state < BatchState::started;
        if (!is_unmet && !is_cancelled(database, batch.seen.within)) continue;
        batch.seen.cancel_requested_at = now;
        batch.is_unmet = is_unmet || database.batches.at(*batch.seen.within).is_unmet;
        any = true;
    }
    return any;
}

}  // namespace

std::vector<BatchRecord*> chain_of(ModelDatabase& database, std::optional<BatchId> batch) {
    std::vector<BatchRecord*> chain;
    for (; batch; batch = chain.back()->seen.within)
        chain.push_back(&database.batches.at(*batch));
    return chain;
}

bool is_cancelled(ModelDatabase& database, std::optional<BatchId> batch) {
    const auto chain = chain_of(database, batch);
    return std::any_of(chain.begin(), chain.end(),
                       [](const BatchRecord* one) { return one->seen.cancel_requested_at.has_value(); });
}

bool runs(const ModelDatabase& database, std::optional<BatchId> batch) {
    return !batch || database.batches.at(*batch).seen.state >= BatchState::started;
}

std::vector<BatchId> reopen(ModelDatabase& database, std::optional<BatchId> batch) {
    std::vector<BatchId> reopened;
    for (BatchRecord* one : chain_of(database, batch)) {
        if (!is_final(one->seen.state)) continue;
        one->seen.state = BatchState::started;
        one->seen.finished_at.reset();
        one->seen.cancel_requested_at.reset();
        one->is_unmet = false;
        reopened.push_back(one->seen.id);
    }
    return reopened;
}

Batch counted(const ModelDatabase& database, const BatchRecord& batch) {
    Batch seen = batch.seen;
    const Members members = count_members(database)[seen.id];
    seen.members = members.all;
    seen.unfinished = members.unfinished;
    seen.unsuccessful = members.unsuccessful;
    for (const auto& [id, job] : database.jobs)
        if (job.seen.batch == seen.id) ++seen.jobs.at(static_cast<std::size_t>(job.state()));
    return seen;
}

void forget_member(ModelDatabase& database, std::optional<BatchId> batch, bool was_unsuccessful) {
    if (!batch) return;
    BatchRecord& around = database.batches.at(*batch);
    ++around.purged;
    if (was_unsuccessful) ++around.purged_unsuccessful;
}

bool cancel_members(ModelDatabase& database, TimePoint now) {
    bool any = spread_cancels(database, now);
    for (auto& [id, job] : database.jobs) {
        if (!job.seen.batch) continue;
        const BatchRecord& batch = database.batches.at(*job.seen.batch);
        if (!batch.seen.cancel_requested_at) continue;
        if (job.is_waiting()) {
            become(job, Deleted{now, batch.is_unmet ? Reason::unmet : Reason::cancelled});
            any = true;
        } else if (job.state() == StateName::processing && !job.seen.cancel_requested_at) {
            job.seen.cancel_requested_at = now;
            any = true;
        }
    }
    return any;
}

bool start_batches(ModelDatabase& database) {
    bool any = false;
    for (auto& [id, batch] : database.batches) {
        if (batch.seen.state != BatchState::awaiting || batch.seen.cancel_requested_at) continue;
        if (has_open(batch.seen.parents) || !runs(database, batch.seen.within)) continue;
        batch.seen.state = BatchState::started;
        any = true;
    }
    return any;
}

bool end_batches(ModelDatabase& database, TimePoint now) {
    bool any = false;
    if (database.batches.empty()) return any;
    const std::map<BatchId, Members> counts = count_members(database);
    for (auto& [id, batch] : database.batches) {
        const Members& members = counts.at(id);
        const bool is_cancelled = batch.seen.cancel_requested_at.has_value();
        if (is_final(batch.seen.state) || members.unfinished > 0) continue;
        if (batch.seen.state != BatchState::started && !is_cancelled) continue;
        batch.seen.state = is_cancelled               ? BatchState::cancelled
                           : members.unsuccessful > 0 ? BatchState::completed
                                                      : BatchState::succeeded;
        batch.seen.finished_at = now;
        any = true;
    }
    return any;
}

}  // namespace jobhost::storage::model
