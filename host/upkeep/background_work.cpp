#include "host/upkeep/background_work.hpp"

#include "storage/storage_error.hpp"

#include <spdlog/spdlog.h>

namespace jobhost::host {

namespace {

using namespace std::chrono_literals;

// Small enough that a claim never waits for it noticeably.
constexpr std::size_t kBatch = 500;
// The safety net under the wake-ups.
constexpr Duration kPollPeriod = 1s;
constexpr Duration kPeriodWithNews = 50ms;
constexpr Duration kSweepPeriod = 1min;

}  // namespace

Duration BackgroundWork::run_once() {
    const BootTime now = clock_.now();
    if (now < next_look_) return std::chrono::ceil<Duration>(next_look_ - now);
    const bool has_more_workflows = announced(go_on_with_workflows());
    const bool has_more_operations = announced(operations_.go_on(kBatch));
    const bool has_more_grants = announced(limits_.grant(kBatch));
    if (has_more_workflows || has_more_operations || has_more_grants) return Duration::zero();
    next_look_ = now + kPeriodWithNews;
    sweep();
    return kPollPeriod;
}

// What cannot go on is told once, and nothing else waits for it.
std::size_t BackgroundWork::go_on_with_workflows() {
    try {
        return workflows_.go_on(kBatch);
    } catch (const storage::StorageError& error) {
        if (error.kind() != storage::StorageError::Kind::refused) throw;
        spdlog::error("{}", error.what());
        return kBatch;
    }
}

// Whether there is more of it.
bool BackgroundWork::announced(std::size_t count) {
    if (count > 0) released_();
    return count >= kBatch;
}

// A little each time.
void BackgroundWork::sweep() {
    if (clock_.now() < next_sweep_) return;
    next_sweep_ = clock_.now() + kSweepPeriod;
    const std::size_t freed = workflows_.sweep(kBatch);
    if (freed == 0) return;
    spdlog::error("{} jobs or batches waited although nothing held them, and go on now; please report this",
                  freed);
    released_();
}

}  // namespace jobhost::host
