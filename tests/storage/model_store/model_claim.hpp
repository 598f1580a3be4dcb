// Which jobs a claim takes.
#pragma once

#include "tests/storage/model_store/model_database.hpp"

#include <string>

namespace jobhost::storage::model {

// What a database made of a claim. It is free only in which jobs of different lanes it takes after the first
// one, and in how many of those it meets on the way that must not run.
struct Choice {
    std::vector<JobId> claimed;  // best first
    std::vector<JobId> passed;   // expired or parked
};

// Places of all jobs that the claim may look at, best first: part of the request, rank, order_key, job.
using Place = std::tuple<std::size_t, int, std::int64_t, JobId>;
std::vector<Place> candidates(const ModelDatabase& database, const ClaimRequest& claim);

// Exactly the best ones.
std::vector<ClaimedJob> take(ModelDatabase& database, ServerId server, const ClaimRequest& claim,
                             TimePoint now);
// What another database took. Throws std::runtime_error, which says why, when it must not have.
std::vector<ClaimedJob> take_as(ModelDatabase& database, ServerId server, const ClaimRequest& claim,
                                const Choice& choice, TimePoint now);

}  // namespace jobhost::storage::model
