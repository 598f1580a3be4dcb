// A group of jobs that is created, watched and cancelled as one.
#pragma once

#include "storage/model/continuation.hpp"
#include "storage/model/state.hpp"

#include <vector>

namespace jobhost {

inline constexpr std::size_t kMaxMembersAtOnce = 50'000;  // jobs and batches of one submission

// Stored in batch.state and shown in JSON: DO NOT RENAME OR REORDER.
enum class BatchState : std::uint8_t {
    creating,   // its members are still being handed in; none of them runs
    awaiting,   // what it waits for has not come; none of its members runs
    started,    // its members run
    succeeded,  // all its members succeeded
    completed,  // all its members are final, and not all of them succeeded
    cancelled,  // it was cancelled, and all its members are final
};

inline constexpr std::array<std::string_view, 6> kBatchStateNames{"creating",  "awaiting",  "started",
                                                                  "succeeded", "completed", "cancelled"};
constexpr std::string_view to_string(BatchState state) noexcept {
    return kBatchStateNames[static_cast<std::size_t>(state)];
}
constexpr std::optional<BatchState> parse_batch_state(std::string_view text) noexcept {
    for (std::size_t i = 0; i < kBatchStateNames.size(); ++i)
        if (kBatchStateNames[i] == text) return static_cast<BatchState>(i);
    return std::nullopt;
}
constexpr bool is_final(BatchState state) noexcept {
    return state >= BatchState::succeeded;
}

// Whether what ended like this is what a child waits for.
constexpr bool meets(Condition condition, StateName end) noexcept {
    switch (condition) {
        case Condition::succeeded:
            return end == StateName::succeeded;
        case Condition::failed:
            return end == StateName::failed;
        case Condition::finished:
            return is_final(end);
        case Condition::deleted:
            return end == StateName::deleted;
    }
    return false;
}
constexpr bool meets(Condition condition, BatchState end) noexcept {
    switch (condition) {
        case Condition::succeeded:
            return end == BatchState::succeeded;
        case Condition::failed:
            return end == BatchState::completed;
        case Condition::finished:
            return is_final(end);
        case Condition::deleted:
            return end == BatchState::cancelled;
    }
    return false;
}

struct NewBatch {
    BatchId id;  // reserved beforehand, larger than that of the batch around it
    std::string name;
    std::optional<BatchId> within;  // the batch that this one is a member of
    std::vector<Parent> parents;    // it starts when all of them have ended so
    bool is_continuation = false;   // as of a job; all that lies in it is left out with it
    bool is_staged = false;         // more members follow; nothing runs until WorkflowStore::open()
};

// A batch as people look at it. Members are its jobs and the batches directly within it.
struct Batch {
    BatchId id;
    std::string name;
    std::optional<BatchId> within;
    BatchState state = BatchState::started;
    std::int64_t members = 0;
    std::int64_t unfinished = 0;                          // of them, not final yet
    std::int64_t unsuccessful = 0;                        // of them, failed, deleted, completed or cancelled
    std::array<std::int64_t, kStateNames.size()> jobs{};  // its own, by StateName
    std::vector<ParentEnd> parents;
    TimePoint created_at;
    std::optional<TimePoint> finished_at;
    std::optional<TimePoint> cancel_requested_at;
};

}  // namespace jobhost
