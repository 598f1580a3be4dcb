// A transaction that changes jobs, and what it carries along.
#pragma once

#include "storage/soci/name_cache.hpp"
#include "storage/soci/promises.hpp"
#include "storage/soci/tally.hpp"

#include <set>
#include <string>

namespace jobhost::storage {

// Lives as long as the run of the transaction's work.
struct Change {
    Session& session;
    NameCache& names;
    NameCache::Draft& draft;
    Tally& tally;
    Duration ageing;  // what one point of priority is worth in waiting
    // What slots of limits have let go. It is announced if it is not claimed in this transaction, too.
    std::set<JobId>& let_go;
    // Of those, jobs that are known to need no other slot.
    std::set<JobId>& has_all_slots;
    Promises& promises;
    std::set<std::string>& locked_keys;  // of limits
};

}  // namespace jobhost::storage
