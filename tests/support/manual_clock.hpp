// A clock that stands still until a test moves it.
#pragma once

#include "storage/model/time.hpp"

#include <atomic>

namespace jobhost::test {

// Thread-safe. Starts at 2026-11-20T12:00:00Z.
class ManualClock final : public Clock {
public:
    TimePoint now() const noexcept override { return TimePoint{Duration{micros_.load()}}; }
    void advance(Duration step) noexcept { micros_.fetch_add(step.count()); }
    void set(TimePoint instant) noexcept { micros_.store(instant.time_since_epoch().count()); }

private:
    std::atomic<std::int64_t> micros_{1795176000000000};
};

}  // namespace jobhost::test
