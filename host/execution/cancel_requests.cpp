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
    std::vector<storage::HeldRun> runs = jobs_.cancelled_runs_of(server_, kMost);
    if (!runs.empty()) found_(std::move(runs));
    return kPeriod;
}

}  // namespace jobhost::host
