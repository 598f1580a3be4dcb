// Whether a new member of a batch would wait for what itself waits for that batch.
#pragma once

#include "storage/model/ids.hpp"
#include "storage/soci/session.hpp"

#include <cstdint>
#include <optional>
#include <set>

namespace jobhost::storage {

// One of `jobs` and `batches` that cannot end before one of `joined` has, or that lies in a batch which
// cannot start before; nothing: there is none. Follows what waits for what from `joined` on, outwards. Throws
// refused if that is too much to follow.
std::optional<std::int64_t> waits_for_end_of(Session& session, const std::set<BatchId>& joined,
                                             const std::set<JobId>& jobs, const std::set<BatchId>& batches);

}  // namespace jobhost::storage
