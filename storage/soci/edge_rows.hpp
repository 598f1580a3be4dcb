// What jobs and batches wait for, as they see it.
#pragma once

#include "storage/model/continuation.hpp"
#include "storage/soci/session.hpp"

#include <map>
#include <vector>

namespace jobhost::storage {

// In the order in which they were named; who waits for nothing is left out.
std::map<JobId, std::vector<ParentEnd>> parents_of(Session& session, const std::vector<JobId>& children);

}  // namespace jobhost::storage
