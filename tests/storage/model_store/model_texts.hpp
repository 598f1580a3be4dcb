// Which texts a database can be asked to keep.
#pragma once

#include "storage/job_queries.hpp"
#include "storage/job_store.hpp"

#include <string>

namespace jobhost::storage::model {

// Throws refused for a job that no database may take.
void check(const NewJob& job);

// Takes away what of the settlement's texts cannot be stored; false: there was nothing to take.
bool mutilate(Settlement& settlement);

// The lines of a chunk.
std::vector<LogLine> lines_of(Lease lease, const std::string& chunk);

}  // namespace jobhost::storage::model
