// A batch as somebody wrote it, in YAML or JSON.
#pragma once

#include "host/requests/job_maker.hpp"

#include <boost/json.hpp>

#include <filesystem>

namespace jobhost::host {

// {"name": ..., "jobs": {NAME: JOB} or [JOB], "for_each": [ITEM] or {"file": "x.csv"}, "batches": {NAME:
// BATCH}, "then": {NAME: JOB}, "after": ..., "on": ...}. A JOB is as in job_request(), but "after" may also
// name jobs and batches beside it; for each item, jobs wait for those of the same item. Those of "then" wait
// for the batch. Its texts may refer to ${item}, ${date} and ${scheduled_at}. The outermost batch is the
// first; all ids are negative still. `file`, in which it is written, names it in errors, and beside it lie
// files of items; empty: it is in none, and there can be no such files. Throws BadRequest with all that is
// wrong, each with the path to it, and StorageError.
Submission batch_submission(const boost::json::value& batch, const std::filesystem::path& file,
                            JobMaker& maker);

}  // namespace jobhost::host
