// A row of `job_select` as a Job: the only place that knows its columns.
#pragma once

#include "storage/model/job.hpp"
#include "storage/soci/session.hpp"

namespace jobhost::storage {

// Runs `job_select` with what follows its FROM clause.
std::vector<Job> select_jobs(Session& session, const std::string& select, const std::string& rest,
                             const std::vector<Parameter>& parameters);

}  // namespace jobhost::storage
