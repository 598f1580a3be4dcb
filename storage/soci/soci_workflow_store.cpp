#include "storage/soci/soci_workflow_store.hpp"

#include "storage/soci/batch_queries.hpp"
#include "storage/soci/batch_start.hpp"
#include "storage/soci/command_rows.hpp"
#include "storage/soci/edge_rows.hpp"
#include "storage/soci/id_list.hpp"
#include "storage/soci/releases.hpp"
#include "storage/soci/submit_in.hpp"

#include <algorithm>

namespace jobhost::storage {

namespace {

constexpr std::size_t kIdsAtOnce = 10'000;

}  // namespace

std::vector<Inserted> SociWorkflowStore::submit(std::span<const NewBatch> batches,
                                                std::span<const NewJob> jobs) {
    return submit_in(changes_, batches, jobs);
}

std::vector<Inserted> SociWorkflowStore::submit_and_open(std::span<const NewBatch> batches,
                                                         std::span<const NewJob> jobs,
                                                         std::span<const BatchId> opens) {
    return submit_in(changes_, batches, jobs, opens);
}

void SociWorkflowStore::open(BatchId id) {
    changes_.write_repeatedly([&](Change& change) { open_batch(change, id); });
}

bool SociWorkflowStore::cancel(BatchId id, const std::string& by) {
    check_asker(by);
    const CommandId command{changes_.ids().reserve(1)};
    bool is_cancelled = false;
    changes_.write_repeatedly([&](Change& change) {
        is_cancelled = find_command(change.session, command).has_value();
        if (is_cancelled) return;  // the answer of an earlier commit was lost
        Releases releases{change};
        const HeldBatch& batch = held_batch(releases, id);
        is_cancelled = !is_final(batch.state);
        if (!is_cancelled) return;
        releases.cancel(id);
        releases.run();
        insert_done(change.session, {.id = command,
                                     .verb = Verb::cancel_batch,
                                     .by = by,
                                     .filter = R"({"batch":")" + std::to_string(id.value) + R"("})"});
        change.session.announce();
    });
    return is_cancelled;
}

std::size_t SociWorkflowStore::go_on(std::size_t limit) {
    return unfinished_work_.go_on(changes_, limit);
}

std::vector<Identified> SociWorkflowStore::identify(std::span<const std::int64_t> ids) {
    std::vector<Identified> found;
    database_.read([&](Session& session) {
        found.clear();
        for (std::span rest = ids; !rest.empty(); rest = rest.subspan(std::min(kIdsAtOnce, rest.size())))
            for (const auto& [id, is_batch, is_cancelled] : session.rows<long long, int, int>(
                     "identify", {{"ids", id_list(rest.first(std::min(kIdsAtOnce, rest.size())))}})) {
                Identified one{.id = JobId{id}, .is_cancelled = is_cancelled != 0};
                if (is_batch != 0) one.id = BatchId{id};
                found.push_back(one);
            }
    });
    return found;
}

std::optional<Batch> SociWorkflowStore::find(BatchId batch) {
    std::vector<Batch> found;
    database_.read([&](Session& session) { found = select_batches(session, {batch}); });
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

BatchPage SociWorkflowStore::list(std::optional<BatchState> state, std::size_t limit,
                                  std::optional<BatchId> from) {
    BatchPage page;
    database_.read([&](Session& session) { page = list_batches(session, state, limit, from); });
    return page;
}

std::vector<Batch> SociWorkflowStore::within(BatchId batch, std::size_t limit) {
    std::vector<Batch> found;
    database_.read([&](Session& session) { found = batches_within(session, batch, limit); });
    return found;
}

std::vector<ParentEnd> SociWorkflowStore::parents(JobId job) {
    std::vector<ParentEnd> found;
    database_.read([&](Session& session) {
        found.clear();
        for (auto& [child, parents] : parents_of(session, {job}))
            found = std::move(parents);
    });
    return found;
}

std::vector<Child> SociWorkflowStore::children(std::variant<JobId, BatchId> of, std::size_t limit) {
    std::vector<Child> found;
    database_.read([&](Session& session) { found = children_of(session, of, limit); });
    return found;
}

std::size_t SociWorkflowStore::sweep(std::size_t limit) {
    return sweep_.run(changes_, limit);
}

}  // namespace jobhost::storage
