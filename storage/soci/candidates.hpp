// Which jobs a claim would take: looked for without locks.
#pragma once

#include "storage/job_store.hpp"
#include "storage/soci/session.hpp"

#include <compare>
#include <set>
#include <string>
#include <vector>

namespace jobhost::storage {

// What orders the jobs of a claim.
struct Candidate {
    int rank = 0;
    long long order_key = 0;
    long long id = 0;
    auto operator<=>(const Candidate&) const = default;
};

// Whether a statement costs no round trip there, so that a claim looks at one lane after the other.
bool takes_lanes_one_by_one(const StatementCatalog& catalog);

// Whether a claim would find anything. REQUIRES: takes_lanes_one_by_one().
bool has_candidates(Session& session, const ClaimRequest& claim);

// Best first, at least as many as the claim asks for if there are so many.
// But for those `granted`.
std::vector<Candidate> best_candidates(Session& session, const ClaimRequest& claim,
                                       const std::set<JobId>& granted);
// The best `count` of all lanes. REQUIRES: !takes_lanes_one_by_one().
std::vector<Candidate> heads_of_all(Session& session, const ClaimRequest& claim, std::size_t count);

// The lanes with the positions to look behind, as JSON.
std::string lanes_text(const ClaimRequest& claim);
// How many to look at in each lane so that `count` come together even if some lanes are nearly empty; the
// rest comes with the next round.
long long candidates_of_each(const ClaimRequest& claim, std::size_t count);

}  // namespace jobhost::storage
