// How much time has passed, whatever happens to the wall clock and though the machine sleeps.
#pragma once

#include "host/worker/shared_page.hpp"

namespace jobhost::host {

using worker::BootTime;

// CLOCK_BOOTTIME. Thread-safe.
class BootClock {
public:
    virtual ~BootClock() = default;
    virtual BootTime now() const noexcept = 0;
};

class MachineBootClock final : public BootClock {
public:
    BootTime now() const noexcept override { return worker::boot_time_now(); }
};

}  // namespace jobhost::host
