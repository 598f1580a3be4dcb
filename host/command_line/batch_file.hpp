// A batch as somebody wrote it, in YAML or JSON.
#pragma once

#include "host/command_line/job_request.hpp"
#include "storage/model/batch.hpp"

#include <boost/json.hpp>

#include <filesystem>
#include <vector>

namespace jobhost::host {

// All that one file hands in. A batch comes before what is in it; the first is the outermost one.
struct BatchSubmission {
    std::vector<NewBatch> batches;
    std::vector<NewJob> jobs;  // members, and those that wait for a batch

    std::size_t count() const noexcept { return batches.size() + jobs.size(); }
    // Until then ids are negative, counted from -1 on. `first`: of count() reserved ones.
    void number_from(JobId first);
};

// {"name": ..., "jobs": {NAME: JOB} or [JOB], "for_each": [ITEM] or {"file": "x.csv"}, "batches": {NAME:
// BATCH}, "then": {NAME: JOB}, "after": ..., "on": ...}. A JOB is as in JobRequests, but "after" may also
// name jobs and batches beside it; for each item, jobs wait for those of the same item. Those of "then" wait
// for the batch. Relative files lie in `folder`. Throws CommandError with all that is wrong, each with the
// path to it.
BatchSubmission batch_submission(const boost::json::value& batch, const std::filesystem::path& folder,
                                 JobRequests& requests, bool allow_unknown_type);

}  // namespace jobhost::host
