// What has to be there before what.
#pragma once

#include "host/scheduling/submission.hpp"

#include <cstdint>
#include <vector>

namespace jobhost::host {

// Moves and numbers batches and jobs so that whatever is waited for, or is around others, comes before those;
// apart from that they stay as they stand. REQUIRES: the ids are negative, from -1 on, each there once.
// Returns nothing, or the ids of some that wait for each other in a circle, each for the next one and the
// last one for the first; then nothing is moved.
std::vector<std::int64_t> put_in_order(Submission& submission);

}  // namespace jobhost::host
