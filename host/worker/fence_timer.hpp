// Ends this process when the host has not moved its fence in time.
#pragma once

#include "host/worker/shared_page.hpp"

#include <ctime>

namespace jobhost::worker {

// The kernel holds the timer and sends SIGKILL, so that it works while every thread spins or is stopped.
// Not thread-safe.
class FenceTimer {
public:
    FenceTimer();  // throws std::system_error
    FenceTimer(const FenceTimer&) = delete;
    FenceTimer& operator=(const FenceTimer&) = delete;
    ~FenceTimer();

    // Kill at `deadline`; zero: never.
    void follow(BootTime deadline);

private:
    timer_t timer_{};
    BootTime armed_{};
};

}  // namespace jobhost::worker
