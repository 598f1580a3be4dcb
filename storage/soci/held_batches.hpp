// Batches that a transaction has locked, and what it writes to them.
#pragma once

#include "storage/model/batch.hpp"
#include "storage/soci/change.hpp"

#include <map>
#include <optional>
#include <vector>

namespace jobhost::storage {

struct HeldBatch {
    BatchId id;
    std::optional<BatchId> within;
    BatchState state = BatchState::started;
    std::int64_t members = 0;
    std::int64_t unfinished = 0;
    std::int64_t unsuccessful = 0;
    std::optional<TimePoint> cancel_requested_at;
    bool is_unmet = false;  // cancelled because what it waited for ended otherwise
    std::optional<TimePoint> finished_at;

    // It starts when what it awaits has come.
    bool is_to_start() const noexcept { return state == BatchState::awaiting && !cancel_requested_at; }
    // All its members are final, and it counts.
    bool is_to_finish() const noexcept {
        return !is_final(state) && unfinished == 0 && (state == BatchState::started || cancel_requested_at);
    }
};

// Every transaction locks jobs that leave a queue or a run first, then batches from the innermost outwards,
// then jobs that leave awaiting. Batches that are locked stay as they were read, but for what is written
// here.
class HeldBatches {
public:
    explicit HeldBatches(Session& session) : session_{session} {}

    // Those that are held already are not read again; those that do not exist are left out.
    void hold(const std::vector<BatchId>& ids);
    // Nothing: it does not exist. REQUIRES: hold() was asked for it.
    HeldBatch* find(BatchId id);
    // The innermost one around it that was cancelled; null: none. Holds those.
    const HeldBatch* cancelled_around(const HeldBatch& batch);
    void changed(BatchId id) { is_changed_[id] = true; }
    // Writes those that were changed since the last time.
    void write();

private:
    Session& session_;
    std::map<BatchId, HeldBatch> held_;
    std::map<BatchId, bool> is_changed_;
};

}  // namespace jobhost::storage
