// Writing down how runs ended: the first half of an exchange.
#pragma once

#include "storage/job_store.hpp"
#include "storage/soci/change.hpp"

namespace jobhost::storage {

// REQUIRES: `session` is in a transaction.
std::vector<Moved> settle(Change& change, ServerId server, std::span<const Settlement> settlements);

void insert_log(Session& session, std::span<const LogChunk> chunks);

// Rows of job_event; each with the job that it belongs to.
void insert_events(Session& session, std::span<const std::pair<JobId, JobEvent>> events);

}  // namespace jobhost::storage
