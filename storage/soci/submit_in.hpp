// Handing in batches and jobs in a transaction of their own.
#pragma once

#include "storage/model/batch.hpp"
#include "storage/soci/changes.hpp"

#include <span>
#include <vector>

namespace jobhost::storage {

// Checks them first. Repeated after an unknown outcome it finds what is there. Throws StorageError.
std::vector<Inserted> submit_in(Changes& changes, std::span<const NewBatch> batches,
                                std::span<const NewJob> jobs);

}  // namespace jobhost::storage
