// Jobs that are there already when they are handed in.
#pragma once

#include "storage/soci/change.hpp"
#include "storage/soci/submission_entry.hpp"

namespace jobhost::storage {

// Leaves out those whose id is there, and those whose instant of a schedule has had its job.
void leave_out_known(Change& change, SubmissionEntries& entries);

}  // namespace jobhost::storage
