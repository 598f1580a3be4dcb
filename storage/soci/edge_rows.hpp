// What jobs and batches wait for, as they see it.
#pragma once

#include "storage/model/continuation.hpp"
#include "storage/soci/session.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace jobhost::storage {

// In the order in which they were named; who waits for nothing is left out.
std::map<JobId, std::vector<ParentEnd>> parents_of(Session& session, const std::vector<JobId>& children);

// What a child can expect: whether something that it waits for has not ended, and whether something has ended
// otherwise.
struct Outlook {
    bool is_open = false;
    bool is_unmet = false;
};
// Of these jobs or batches, as id_list() has them, by id; who waits for nothing is left out.
std::map<std::int64_t, Outlook> outlooks_of(Session& session, const std::string& children);
// Who waits for nothing can expect everything.
Outlook outlook_of(Session& session, BatchId batch);

}  // namespace jobhost::storage
