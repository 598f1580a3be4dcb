#include "tests/storage/model_store/model_workflow_store.hpp"

#include "tests/storage/model_store/model_batches.hpp"
#include "tests/storage/model_store/model_operations.hpp"
#include "tests/storage/model_store/model_submit.hpp"

namespace jobhost::storage::model {

namespace {

BatchRecord& existing(ModelDatabase& database, BatchId id) {
    const auto found = database.batches.find(id);
    demand(found != database.batches.end(), "batch " + std::to_string(id.value) + " does not exist");
    return found->second;
}

void open_in(ModelDatabase& database, BatchId id) {
    BatchRecord& batch = existing(database, id);
    if (batch.seen.state != BatchState::creating) return;
    demand(counted(database, batch).members > 0, "batch " + std::to_string(id.value) + " has no members");
    batch.seen.state = BatchState::awaiting;
}

}  // namespace

std::vector<Inserted> ModelWorkflowStore::submit(std::span<const NewBatch> batches,
                                                 std::span<const NewJob> jobs) {
    return opened_.write(
        [&](ModelDatabase& database, TimePoint now) { return model::submit(database, batches, jobs, now); });
}

std::vector<Inserted> ModelWorkflowStore::submit_and_open(std::span<const NewBatch> batches,
                                                          std::span<const NewJob> jobs,
                                                          std::span<const BatchId> opens) {
    return opened_.write([&](ModelDatabase& database, TimePoint now) {
        return all_or_nothing(database, [&] {
            std::vector<Inserted> answers = model::submit(database, batches, jobs, now);
            for (const BatchId batch : opens)
                open_in(database, batch);
            return answers;
        });
    });
}

void ModelWorkflowStore::open(BatchId id) {
    opened_.write([&](ModelDatabase& database, TimePoint) { open_in(database, id); });
}

bool ModelWorkflowStore::cancel(BatchId id, const std::string& by) {
    check_asker(by);
    return opened_.write([&](ModelDatabase& database, TimePoint now) {
        Batch& batch = existing(database, id).seen;
        if (is_final(batch.state)) return false;
        if (!batch.cancel_requested_at) batch.cancel_requested_at = now;
        return true;
    });
}

std::optional<Batch> ModelWorkflowStore::find(BatchId id) {
    return opened_.read([&](const ModelDatabase& database) -> std::optional<Batch> {
        const auto found = database.batches.find(id);
        if (found == database.batches.end()) return std::nullopt;
        return counted(database, found->second);
    });
}

BatchPage ModelWorkflowStore::list(std::optional<BatchState> state, std::size_t limit,
                                   std::optional<BatchId> from) {
    return opened_.read([&](const ModelDatabase& database) {
        BatchPage page;
        for (auto at = database.batches.rbegin(); at != database.batches.rend(); ++at) {
            const auto& [id, batch] = *at;
            if ((state && batch.seen.state != *state) || (from && id > *from)) continue;
            if (page.batches.size() == limit) {
                page.next = id;
                break;
            }
            page.batches.push_back(counted(database, batch));
        }
        return page;
    });
}

std::vector<Identified> ModelWorkflowStore::identify(std::span<const std::int64_t> ids) {
    return opened_.read([&](const ModelDatabase& database) {
        std::vector<Identified> found;
        for (const std::int64_t id : ids) {
            if (database.jobs.contains(JobId{id})) found.push_back({JobId{id}});
            const auto batch = database.batches.find(BatchId{id});
            if (batch == database.batches.end()) continue;
            const Batch& seen = batch->second.seen;
            found.push_back({BatchId{id}, seen.state == BatchState::cancelled || seen.cancel_requested_at});
        }
        return found;
    });
}

std::vector<Batch> ModelWorkflowStore::within(BatchId around, std::size_t limit) {
    return opened_.read([&](const ModelDatabase& database) {
        std::vector<Batch> found;
        for (const auto& [id, batch] : database.batches)
            if (batch.seen.within == around && found.size() < limit)
                found.push_back(counted(database, batch));
        return found;
    });
}

std::vector<ParentEnd> ModelWorkflowStore::parents(JobId job) {
    return opened_.read([&](const ModelDatabase& database) {
        const auto found = database.jobs.find(job);
        return found == database.jobs.end() ? std::vector<ParentEnd>{} : found->second.parents;
    });
}

std::vector<Child> ModelWorkflowStore::children(std::variant<JobId, BatchId> of, std::size_t limit) {
    return opened_.read([&](const ModelDatabase& database) {
        std::map<std::int64_t, std::vector<Child>> by_number;
        const auto add = [&](auto id, const std::vector<ParentEnd>& parents) {
            for (const ParentEnd& end : parents)
                if (end.parent.of == of) by_number[id.value].push_back({id, end.parent.on, end.is_met});
        };
        for (const auto& [id, job] : database.jobs)
            add(id, job.parents);
        for (const auto& [id, batch] : database.batches)
            add(id, batch.seen.parents);
        std::vector<Child> found;
        for (const auto& [number, edges] : by_number)
            for (const Child& child : edges)
                if (found.size() < limit) found.push_back(child);
        return found;
    });
}

// Each call has done all of it.
std::size_t ModelWorkflowStore::go_on(std::size_t) {
    return 0;
}

std::size_t ModelWorkflowStore::sweep(std::size_t) {
    return 0;
}

}  // namespace jobhost::storage::model
