// The members of a batch that was cancelled.
#pragma once

#include "storage/soci/releases.hpp"

namespace jobhost::storage {

// Those that wait become deleted, those that run are asked to stop, and batches within it are cancelled, as
// many as `releases` may touch; what is left is noted. Does nothing for a batch that was not cancelled.
void delete_members(Change& change, Releases& releases, BatchId batch);

}  // namespace jobhost::storage
