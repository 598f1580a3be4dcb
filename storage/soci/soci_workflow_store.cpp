#include "storage/soci/soci_workflow_store.hpp"

#include "storage/soci/batch_members.hpp"
#include "storage/soci/batch_queries.hpp"
#include "storage/soci/batch_start.hpp"
#include "storage/soci/command_rows.hpp"
#include "storage/soci/edge_rows.hpp"
#include "storage/soci/releases.hpp"
#include "storage/soci/restoration.hpp"
#include "storage/soci/submit_in.hpp"

namespace jobhost::storage {

namespace {

// By its present state: it may be that this is not to be done any more.
void tell_children(Change& change, Releases& releases, std::int64_t subject) {
    const BatchId batch_id{subject};
    releases.batches().hold({batch_id});
    if (const HeldBatch* batch = releases.batches().find(batch_id)) {
        if (is_final(batch->state)) releases.tell(batch_id, batch->state);
        return;
    }
    for (const HeldJob& job : hold_jobs(change.session, {JobId{subject}}))
        if (is_final(job.state)) releases.tell(job.id, job.state);
}

void start_members(Releases& releases, BatchId id) {
    releases.batches().hold({id});
    const HeldBatch* batch = releases.batches().find(id);
    if (batch != nullptr && batch->state == BatchState::started) releases.start(id);
}

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
    std::size_t done = 0;
    bool is_any = false;
    database_.read([&](Session& session) {
        is_any = !session.rows<int, long long>("work_next", {{"count", 1}}).empty();
    });
    if (!is_any) return 0;
    changes_.write([&](Change& change) {
        done = 0;
        for (const auto& [kind, subject] : change.session.rows<int, long long>("work_next", {{"count", 1}})) {
            change.session.execute("work_delete", {{"kind", kind}, {"subject", subject}});
            Releases releases{change, limit};
            switch (static_cast<WorkKind>(kind)) {
                case WorkKind::tell_children:
                    tell_children(change, releases, subject);
                    break;
                case WorkKind::start_members:
                    start_members(releases, BatchId{subject});
                    break;
                case WorkKind::delete_members:
                    delete_members(change, releases, BatchId{subject});
                    break;
                case WorkKind::restore_members:
                    restore_members(change, releases, BatchId{subject});
                    break;
            }
            releases.run();
            done = limit;  // there may be more
        }
    });
    return done;
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
