// Which texts a database can be asked to keep.
#pragma once

#include "storage/job_queries.hpp"
#include "storage/job_store.hpp"
#include "storage/model/batch.hpp"

#include <string>

namespace jobhost::storage::model {

// Throws refused for a job or batch that no database may take.
void check(const NewJob& job);
void check(const NewBatch& batch);

bool is_json(const std::string& text);

// Takes away what of the settlement's texts cannot be stored; false: there was nothing to take.
bool mutilate(Settlement& settlement);

// The lines of a chunk.
std::vector<LogLine> lines_of(Lease lease, const std::string& chunk);

}  // namespace jobhost::storage::model
