// Staged batches that have all their members.
#pragma once

#include "storage/soci/releases.hpp"

namespace jobhost::storage {

// Throws StorageError (refused) if there is none.
HeldBatch& held_batch(Releases& releases, BatchId id);

// It starts as soon as what it awaits has come. Does nothing if it is open already. Throws StorageError
// (refused) if there is none, or it has no members.
void open_batch(Change& change, BatchId id);

}  // namespace jobhost::storage
