// Handing in batches and jobs in a transaction of their own.
#pragma once

#include "storage/model/batch.hpp"
#include "storage/run_store.hpp"
#include "storage/soci/changes.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace jobhost::storage {

// Checks them first, and opens staged batches afterwards. Repeated after an unknown outcome it finds what is
// there. Throws StorageError.
std::vector<Inserted> submit_in(Changes& changes, std::span<const NewBatch> batches,
                                std::span<const NewJob> jobs, std::span<const BatchId> opens = {});

// RunStore::submit(): the run does not end before the transaction does.
std::optional<std::vector<std::int64_t>> submit_of_run(Changes& changes, const RunKey& run,
                                                       const RunCall& call, std::span<const NewBatch> batches,
                                                       std::span<const NewJob> jobs);

}  // namespace jobhost::storage
