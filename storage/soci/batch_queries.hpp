// Batches as people look at them.
#pragma once

#include "storage/soci/session.hpp"
#include "storage/workflow_store.hpp"

#include <optional>
#include <vector>

namespace jobhost::storage {

// Each in a transaction that only reads. Those that do not exist are left out; the order is that of `ids`.
std::vector<Batch> select_batches(Session& session, const std::vector<BatchId>& ids);
BatchPage list_batches(Session& session, std::optional<BatchState> state, std::size_t limit,
                       std::optional<BatchId> from);
std::vector<Batch> batches_within(Session& session, BatchId batch, std::size_t limit);
std::vector<Child> children_of(Session& session, std::variant<JobId, BatchId> of, std::size_t limit);

}  // namespace jobhost::storage
