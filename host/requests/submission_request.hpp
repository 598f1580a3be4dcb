// All that one request can hand in, as JSON.
#pragma once

#include "host/requests/job_maker.hpp"

#include <string_view>

namespace jobhost::host {

// One job as in job_request(), an array of them, or {"batch": ...} as in batch_submission(). Arguments stay
// as they stand there, but for those of a batch, in which references are filled in. `json` may hold anything
// at all; it is refused if it makes more than `most` jobs and batches. All ids are negative still. Throws
// BadRequest, and StorageError.
Submission submission(std::string_view json, JobMaker& maker, std::size_t most);

}  // namespace jobhost::host
