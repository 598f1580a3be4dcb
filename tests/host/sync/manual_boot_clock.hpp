// A clock of a machine that stands still until a test moves it.
#pragma once

#include "host/sync/boot_clock.hpp"

#include <atomic>

namespace jobhost::test {

// Thread-safe.
class ManualBootClock final : public host::BootClock {
public:
    explicit ManualBootClock(host::BootTime start = std::chrono::hours{1}) : now_{start.count()} {}
    host::BootTime now() const noexcept override { return host::BootTime{now_.load()}; }
    void advance(host::BootTime step) noexcept { now_.fetch_add(step.count()); }

private:
    std::atomic<std::int64_t> now_;
};

}  // namespace jobhost::test
