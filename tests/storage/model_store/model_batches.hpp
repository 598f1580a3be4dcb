// Batches of the reference model: what they count, and when they start, end, and begin anew.
#pragma once

#include "tests/storage/model_store/model_database.hpp"

namespace jobhost::storage::model {

// The batch and those around it, from the inside.
std::vector<BatchRecord*> chain_of(ModelDatabase& database, std::optional<BatchId> batch);

// Whether anybody wants it or one around it to end.
bool is_cancelled(ModelDatabase& database, std::optional<BatchId> batch);
// Whether its members run.
bool runs(const ModelDatabase& database, std::optional<BatchId> batch);

// It has a member that is not final: it and those around it are started again. Which of them were.
std::vector<BatchId> reopen(ModelDatabase& database, std::optional<BatchId> batch);

// As people see it.
Batch counted(const ModelDatabase& database, const BatchRecord& batch);

// The member is about to be forgotten.
void forget_member(ModelDatabase& database, std::optional<BatchId> batch, bool was_unsuccessful);

// Cancels what is in cancelled batches, starts those that may start, and ends those that have ended. False:
// there was nothing to do.
bool cancel_members(ModelDatabase& database, TimePoint now);
bool start_batches(ModelDatabase& database);
bool end_batches(ModelDatabase& database, TimePoint now);

}  // namespace jobhost::storage::model
