// Submissions of any size on their way into the database.
#pragma once

#include "host/scheduling/submission.hpp"
#include "storage/workflow_store.hpp"

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace jobhost::host {

// The most jobs and batches, and bytes of their arguments, that a part has: others wait for the transaction
// that hands it in, and the write-ahead log grows as large.
inline constexpr std::size_t kMostInPart = 5000;
inline constexpr std::size_t kMostBytesInPart = std::size_t{16} << 20;

// Of jobs, batches and bytes that come one after the other.
class PartSize {
public:
    // Whether another one has room; the first one always has. What has none begins the next part.
    bool has_room(std::size_t count, std::size_t bytes) const noexcept {
        return count_ == 0 || (count_ + count <= kMostInPart && bytes_ + bytes <= kMostBytesInPart);
    }
    void add(std::size_t count, std::size_t bytes) noexcept {
        count_ += count;
        bytes_ += bytes;
    }

private:
    std::size_t count_ = 0;
    std::size_t bytes_ = 0;
};

// Told how many jobs lie ready.
using StagingProgress = std::function<void(std::size_t)>;

// Whether it is too much for one transaction.
bool needs_staging(const Submission& submission);

struct Staged {
    std::vector<BatchId> opens;  // in their order; see storage::Firing
    std::vector<Inserted> jobs;  // one answer for each job that lies ready
};

// Cancels those of these batches that the store has, after all: what lies ready and is not wanted any more.
void discard(std::span<const BatchId> batches, storage::WorkflowStore& workflows, const std::string& by);
std::vector<BatchId> outermost_of(const Submission& submission);

// What one transaction can hand in stays as it is. Of more, the batches and what lies in them are handed in
// in parts, so that they lie ready without any of it running, and are taken out of `submission`: what is left
// goes with the opening. Ids are given. Throws SubmissionRefused if a batch waits for a job that is in none,
// and StorageError.
Staged stage(Submission& submission, storage::WorkflowStore& workflows, const StagingProgress& progress = {});

// Hands in all of it, which comes into being in one transaction, the last one. If the store refuses some of
// it, what lies ready by then is cancelled. An answer for each job, in their order unless it was staged. Ids
// are given. Throws as stage() does.
std::vector<Inserted> hand_in(Submission submission, storage::WorkflowStore& workflows, const std::string& by,
                              const StagingProgress& progress = {});

}  // namespace jobhost::host
