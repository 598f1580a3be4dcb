#include "host/execution/cancel_requests.hpp"

#include <utility>

namespace jobhost::host {

namespace {

using namespace std::chrono_literals;

constexpr Duration kPeriod = 1s;
// While others write all the time, there is news all the time.
constexpr Duration kShortestPeriod = 100ms;
constexpr std::size_t kMost = 1000;

}  // namespace

Duration CancelRequests::run_once() {
    const BootTime now = clock_.now();
    if (looked_at_ && now - *looked_at_ < kShortestPeriod)
        return std::chrono::ceil<Duration>(kShortestPeriod - (now - *looked_at_));
    looked_at_ = now;
    std::set<storage::HeldRun> asked;
    std::vector<storage::HeldRun> fresh;
    for (const storage::HeldRun& run : jobs_.cancelled_runs_of(server_, kMost)) {
        asked.insert(run);
        if (!known_.contains(run)) fresh.push_back(run);
    }
    known_ = std::move(asked);  // those that have ended are forgotten
    if (!fresh.empty()) found_(std::move(fresh));
    return kPeriod;
}

}  // namespace jobhost::host
