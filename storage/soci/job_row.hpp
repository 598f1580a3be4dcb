// A row of `job_select` as a Job: the only place that knows its columns.
#pragma once

#include "storage/model/job.hpp"
#include "storage/soci/session.hpp"

#include <span>
#include <vector>

namespace jobhost::storage {

// In the order of `ids`; those that are not there are left out.
std::vector<Job> select_jobs(Session& session, std::span<const JobId> ids);

}  // namespace jobhost::storage
