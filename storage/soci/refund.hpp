// Crashes that do not count any more.
#pragma once

#include "storage/job_store.hpp"
#include "storage/soci/change.hpp"

namespace jobhost::storage {

// See JobStore::refund(). Of each job once.
void refund(Change& change, std::span<const CrashedJob> jobs, const std::string& by, const std::string& why);

}  // namespace jobhost::storage
