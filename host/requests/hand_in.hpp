// A batch of any size on its way into the database.
#pragma once

#include "storage/workflow_store.hpp"

#include <functional>
#include <span>

namespace jobhost::host {

// The most jobs, and bytes of their arguments, that one transaction hands in: others wait for it, and the
// write-ahead log grows as large.
inline constexpr std::size_t kJobsAtOnce = 5000;
inline constexpr std::size_t kBytesAtOnce = std::size_t{16} << 20;

// The beginning of `jobs` that goes into one transaction; at least one, if there is one.
std::span<NewJob> first_chunk(std::span<NewJob> jobs);

// Hands in `batches`, of which the first is the outermost one, and `jobs`, in which there may be others that
// wait for it; all have ids. As much as a store takes at once goes in one transaction. More is staged: no
// batch begins before all is there, and `progress` is told how many jobs are. If the store refuses a part of
// it, the outermost batch is cancelled. How many of the jobs are new: the others have unique keys that are
// taken. Throws BadRequest for a circle of what waits for each other, and StorageError.
std::size_t hand_in(storage::WorkflowStore& workflows, std::span<NewBatch> batches, std::span<NewJob> jobs,
                    const std::string& by, const std::function<void(std::size_t)>& progress);

}  // namespace jobhost::host
