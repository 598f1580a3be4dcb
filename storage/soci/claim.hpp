// Taking what can run: the second half of an exchange.
#pragma once

#include "storage/job_store.hpp"
#include "storage/soci/change.hpp"

namespace jobhost::storage {

// Whether `server` may claim: neither stopped nor declared dead.
bool is_live(Session& session, ServerId server);

// REQUIRES: `session` is in a transaction. Takes nothing for a server that is not live.
std::vector<ClaimedJob> take(Change& change, ServerId server, const ClaimRequest& claim);

}  // namespace jobhost::storage
