#include "host/upkeep/housekeeping.hpp"

#include <spdlog/spdlog.h>

namespace jobhost::host {

namespace {

using namespace std::chrono_literals;

// Small enough that a claim never waits for it noticeably.
constexpr std::size_t kBatch = 500;
// Between two batches, so that others come first.
constexpr Duration kBreath = 20ms;
constexpr Duration kLookPeriod = 10s;

constexpr Duration kPurgePeriod = 1min;
constexpr Duration kCountPurgePeriod = 1min;
constexpr Duration kFoldPeriod = 1min;
constexpr Duration kRecountPeriod = 24h;

}  // namespace

// The first look at everything comes when the host has begun its real work.
Housekeeping::Housekeeping(storage::UpkeepStore& upkeep, const BootClock& clock)
    : upkeep_{upkeep},
      clock_{clock},
      next_purge_{clock.now() + kLookPeriod},
      next_count_purge_{next_purge_},
      next_fold_{next_purge_},
      next_recount_{clock.now() + kRecountPeriod} {}

Duration Housekeeping::run_once() {
    if (purge_some()) return kBreath;
    if (is_due(next_fold_, kFoldPeriod)) upkeep_.fold_counters();
    if (is_due(next_recount_, kRecountPeriod) && upkeep_.recount())
        spdlog::error("the numbers of jobs were wrong and are right now; please report this");
    return kLookPeriod;
}

// Whether there is more to do at once.
bool Housekeeping::purge_some() {
    if (clock_.now() >= next_purge_) {
        if (!upkeep_.purge(position_, kBatch).is_done) return true;
        upkeep_.purge_servers();
        next_purge_ = clock_.now() + kPurgePeriod;
    }
    if (clock_.now() >= next_count_purge_) {
        if (upkeep_.purge_by_count(kBatch) == kBatch) return true;
        next_count_purge_ = clock_.now() + kCountPurgePeriod;
    }
    return false;
}

bool Housekeeping::is_due(BootTime& at, Duration period) {
    if (clock_.now() < at) return false;
    at = clock_.now() + period;
    return true;
}

}  // namespace jobhost::host
