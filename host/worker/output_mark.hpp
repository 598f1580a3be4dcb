// What stands between the outputs of two runs, if the second was queued behind the first: when the host hears
// that the first is done, the second may have printed already.
#pragma once

#include <string_view>

namespace jobhost::worker {

// A job could print it too, and so blur where its own output ends; nobody else's.
inline constexpr std::string_view kOutputMark{"\0\x1e/jobhost/run\x1e\n", 16};

}  // namespace jobhost::worker
