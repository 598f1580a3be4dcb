// Which jobs a claim takes.
#pragma once

#include "tests/storage/model_store/model_database.hpp"

#include <string>

namespace jobhost::storage::model {

// What a database made of a claim. It is free only in which jobs of different lanes it takes after the first
// one, and in how many of the expired ones it meets on the way.
struct Choice {
    std::vector<JobId> claimed;  // best first
    std::vector<JobId> expired;  // these are deleted
};

// The jobs that `claim` may take, best first.
std::vector<JobId> candidates(const ModelDatabase& database, const ClaimRequest& claim, bool are_expired,
                              TimePoint now);

// The exact best, and those expired ones that lie before the last of them.
Choice best_choice(const ModelDatabase& database, const ClaimRequest& claim, TimePoint now);

// Why no database may choose so; empty: it may.
std::string fault_in(const Choice& choice, const ModelDatabase& database, const ClaimRequest& claim,
                     TimePoint now);

std::vector<ClaimedJob> take(ModelDatabase& database, ServerId server, const Choice& choice, TimePoint now);

}  // namespace jobhost::storage::model
