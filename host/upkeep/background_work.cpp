#include "host/upkeep/background_work.hpp"

#include <spdlog/spdlog.h>

namespace jobhost::host {

namespace {

using namespace std::chrono_literals;

// Of jobs in one transaction: others wait for it.
constexpr std::size_t kStep = 1000;
constexpr Duration kPeriod = 1s;
constexpr Duration kShortestPeriod = 50ms;
constexpr Duration kGrantPeriod = 1s;
constexpr Duration kSweepPeriod = 1min;

}  // namespace

BackgroundWork::BackgroundWork(storage::Storage& storage, const BootClock& clock)
    : storage_{storage},
      clock_{clock},
      next_step_{clock.now()},
      next_grant_{clock.now()},
      next_sweep_{clock.now() + kSweepPeriod} {}

Duration BackgroundWork::run_once() {
    if (const BootTime now = clock_.now(); now < next_step_)
        return std::chrono::ceil<Duration>(next_step_ - now);
    next_step_ = clock_.now() + kShortestPeriod;
    const std::size_t followed = storage_.workflows().go_on(kStep);
    const std::size_t operated = storage_.operations().go_on(kStep);
    if (clock_.now() >= next_grant_) {
        storage_.limits().grant(kStep);
        next_grant_ = clock_.now() + kGrantPeriod;
    }
    if (clock_.now() >= next_sweep_) sweep();
    if (followed + operated == 0) return kPeriod;
    next_step_ = clock_.now();
    return Duration::zero();
}

// A step at a time, so that a large database is looked at in small transactions.
void BackgroundWork::sweep() {
    next_sweep_ = clock_.now() + kSweepPeriod;
    if (const std::size_t count = storage_.workflows().sweep(kStep); count > 0)
        spdlog::error(
            "{} jobs or batches waited although nothing was left to wait for, and go on now; please "
            "report this",
            count);
}

}  // namespace jobhost::host
