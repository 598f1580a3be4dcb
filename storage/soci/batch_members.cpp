#include "storage/soci/batch_members.hpp"

#include "storage/soci/id_list.hpp"
#include "storage/soci/instants.hpp"
#include "storage/soci/job_flags.hpp"
#include "storage/soci/limit_slots.hpp"

#include <algorithm>
#include <vector>

namespace jobhost::storage {

namespace {

// Jobs that leave a queue are locked before their batch, those that are awaiting after it.
class Deletion {
public:
    Deletion(Change& change, Releases& releases, BatchId batch, bool is_unmet)
        : change_{change}, releases_{releases}, batch_{batch}, is_unmet_{is_unmet} {}

    void remove(StateName state) {
        std::vector<JobId> ids;
        const auto most = static_cast<long long>(releases_.left());
        if (most == 0) {
            is_more_ = true;
            return;
        }
        for (const auto& [id] :
             change_.session.rows<long long>("job_members", {{"batch", batch_.value},
                                                             {"state", static_cast<int>(state)},
                                                             {"after", 0},
                                                             {"count", most}}))
            ids.emplace_back(JobId{id});
        if (static_cast<long long>(ids.size()) == most) is_more_ = true;
        releases_.touch(ids.size());
        JobMoves moves{change_};
        for (const HeldJob& job : hold_jobs(change_.session, ids)) {
            // It may have moved on, but has not begun to run.
            if (job.state > StateName::enqueued) continue;
            moves.remove(job, is_unmet_ ? Reason::unmet : Reason::cancelled);
            releases_.ended(
                {.id = job.id, .state = StateName::deleted, .flags = job.flags, .batch = job.batch});
            if ((job.flags & kHasLimits) != 0) with_slots_.push_back(job.id);
        }
        moves.write();
    }

    // When all are gone, so that no slot goes to one of them.
    void free_slots() { LimitSlots{change_}.take_back(with_slots_); }

    void cancel_batches_within() {
        const auto most = static_cast<long long>(releases_.left()) + 1;
        std::vector<BatchId> ids;
        for (const auto& [id] :
             change_.session.rows<long long>("batch_open_within", {{"batch", batch_.value}, {"count", most}}))
            ids.emplace_back(BatchId{id});
        if (static_cast<long long>(ids.size()) == most) is_more_ = true;
        ids.push_back(batch_);
        releases_.batches().hold(ids);
        ids.pop_back();
        releases_.touch(ids.size());
        for (const BatchId id : ids)
            if (releases_.batches().find(id) != nullptr) releases_.cancel(id, is_unmet_);
    }

    void ask_running() {
        if (change_.session.execute("job_cancel_running_members",
                                    {{"batch", batch_.value}, {"now", micros(change_.session.now())}}) > 0)
            change_.session.announce();
    }

    bool is_more() const noexcept { return is_more_; }

private:
    Change& change_;
    Releases& releases_;
    const BatchId batch_;
    const bool is_unmet_;
    bool is_more_ = false;
    std::vector<JobId> with_slots_;
};

}  // namespace

void delete_members(Change& change, Releases& releases, BatchId batch) {
    const auto cancelled =
        change.session.rows<long long, int>("batch_cancelled", {{"ids", id_list(std::vector{batch})}});
    if (cancelled.empty()) return;
    Deletion deletion{change, releases, batch, std::get<1>(cancelled.front()) != 0};
    deletion.remove(StateName::scheduled);
    deletion.remove(StateName::enqueued);
    deletion.cancel_batches_within();
    deletion.remove(StateName::awaiting);
    deletion.free_slots();
    deletion.ask_running();
    if (deletion.is_more()) releases.note(WorkKind::delete_members, batch.value);
    releases.finish_if_complete(batch);
}

}  // namespace jobhost::storage
