// What follows when jobs and batches come to their ends: the batch around them is counted, and what waits for
// them is released or deleted, which may be the end of others.
#pragma once

#include "storage/soci/edge_rows.hpp"
#include "storage/soci/held_batches.hpp"
#include "storage/soci/held_jobs.hpp"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace jobhost::storage {

// A job that this transaction has made final.
struct EndedJob {
    JobId id;
    StateName state = StateName::succeeded;
    int flags = 0;
    std::optional<BatchId> batch;
};

// Stored in unfinished_work.kind: DO NOT RENUMBER.
enum class WorkKind : std::uint8_t {
    tell_children = 1,
    start_members = 2,
    delete_members = 3,
    restore_members = 4
};

// Of one transaction. What would touch more than `budget` jobs and batches is noted as unfinished work and
// goes on in later ones (WorkflowStore::go_on).
class Releases {
public:
    static constexpr std::size_t kBudget = 1000;

    explicit Releases(Change& change, std::size_t budget = kBudget)
        : change_{change}, batches_{change.session}, moves_{change}, budget_{budget} {}

    void ended(const EndedJob& job);
    // What waits for them is told of their end, which may have come before it began to wait.
    void tell(JobId parent, StateName end) { ended_jobs_[parent] = end; }
    void tell(BatchId parent, BatchState end) { ended_batches_[parent] = end; }

    // Of batches that are held. What each awaits has come: its members start.
    void start(BatchId batch);
    // Its members start no more, because somebody says so, or because what it waits for has ended otherwise.
    void cancel(BatchId batch, bool is_unmet = false);
    // It has a member that is not final, and so have those around it. Those that were final.
    std::vector<BatchId> reopen(BatchId batch);
    // It may be complete with what it has.
    void finish_if_complete(BatchId batch);
    // Whether its members may run; nothing: there is no batch.
    bool has_started(std::optional<BatchId> batch);

    void note(WorkKind kind, std::int64_t subject);

    HeldBatches& batches() noexcept { return batches_; }
    // How many more jobs and batches this transaction may touch.
    std::size_t left() const noexcept { return touched_ < budget_ ? budget_ - touched_ : 0; }
    void touch(std::size_t count) noexcept { touched_ += count; }

    // Goes on until nothing follows any more, and writes all of it.
    void run();

private:
    struct Edge {
        std::int64_t parent = 0;
        std::int64_t child = 0;
        int position = 0;
        bool is_child_batch = false;
        bool is_met = false;
    };
    struct Count {
        std::int64_t finished = 0;
        std::int64_t unsuccessful = 0;
    };

    void count_members();
    void finish(HeldBatch& batch);
    void start_members();
    void delete_next_members();
    void tell_children();
    std::vector<Edge> take_edges();
    bool is_met(std::int64_t parent, Condition condition) const;
    void write_edges(const std::vector<Edge>& edges);
    void hold_batches_for(const std::vector<BatchId>& batches, const std::vector<JobId>& jobs);
    void decide(BatchId child, const Outlook& outlook);
    void decide(const HeldJob& job, const Outlook& outlook);

    Change& change_;
    HeldBatches batches_;
    JobMoves moves_;
    const std::size_t budget_;
    std::size_t touched_ = 0;

    std::map<BatchId, Count> counts_;              // members that have ended
    std::vector<BatchId> deleting_;                // batches whose members are deleted
    std::vector<BatchId> starting_;                // batches whose members start
    std::map<JobId, StateName> ended_jobs_;        // that may have children to be told
    std::map<BatchId, BatchState> ended_batches_;  // likewise
};

}  // namespace jobhost::storage
