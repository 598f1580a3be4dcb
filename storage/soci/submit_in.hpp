// Handing in batches and jobs in a transaction of their own.
#pragma once

#include "storage/model/batch.hpp"
#include "storage/run_store.hpp"
#include "storage/soci/changes.hpp"

#include <optional>
#include <span>
#include <vector>

namespace jobhost::storage {

// Checks them first, and opens staged batches afterwards. Repeated after an unknown outcome it finds what is
// there. Throws StorageError.
std::vector<Inserted> submit_in(Changes& changes, std::span<const NewBatch> batches,
                                std::span<const NewJob> jobs, std::span<const BatchId> opens = {});

// The same, provided that this server still holds the run, which then does not end before the transaction
// does. Nothing: it does not.
std::optional<std::vector<Inserted>> submit_of_run(Changes& changes, const RunKey& run,
                                                   std::span<const NewBatch> batches,
                                                   std::span<const NewJob> jobs);

}  // namespace jobhost::storage
