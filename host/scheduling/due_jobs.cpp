#include "host/scheduling/due_jobs.hpp"

#include <algorithm>

namespace jobhost::host {

namespace {
constexpr std::size_t kBatch = 1000;
constexpr Duration kPollPeriod = std::chrono::seconds{1};
// A job that is due by our clock and stays where it is: the database's clock is behind ours, or another host
// is at it.
constexpr Duration kHeldUpPause = std::chrono::milliseconds{20};
}  // namespace

Duration DueJobs::run_once() {
    const storage::Promoted promoted = jobs_.promote_due(kBatch);
    if (promoted.count > 0) promoted_();
    if (!promoted.next_due_at) return kPollPeriod;
    const Duration left = *promoted.next_due_at - clock_.now();
    if (left <= Duration::zero()) return promoted.count > 0 ? Duration::zero() : kHeldUpPause;
    return std::min(left, kPollPeriod);
}

}  // namespace jobhost::host
