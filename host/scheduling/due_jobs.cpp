#include "host/scheduling/due_jobs.hpp"

#include <algorithm>

namespace jobhost::host {

namespace {
constexpr std::size_t kBatch = 1000;
constexpr Duration kPollPeriod = std::chrono::seconds{1};
}  // namespace

Duration DueJobs::run_once() {
    const storage::Promoted promoted = jobs_.promote_due(kBatch);
    if (promoted.count > 0) promoted_();
    if (!promoted.next_due_at) return kPollPeriod;
    return std::clamp(*promoted.next_due_at - clock_.now(), Duration::zero(), kPollPeriod);
}

}  // namespace jobhost::host
