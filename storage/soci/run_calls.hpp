// The calls by which runs hand in jobs: what each was answered, so that a rerun is answered alike.
#pragma once

#include "storage/run_store.hpp"
#include "storage/soci/session.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace jobhost::storage {

// Nothing: the call is a new one, or the run is not that server's any more. Throws StorageError: refused when
// the call asked for something else.
std::optional<std::vector<std::int64_t>> answer_to_call(Session& session, const RunKey& run,
                                                        const RunCall& call);

// REQUIRES: the run is held, and the call is a new one.
void keep_answer(Session& session, const RunKey& run, const RunCall& call,
                 std::span<const std::int64_t> answer);

}  // namespace jobhost::storage
