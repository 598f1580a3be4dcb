#include "host/worker/fence_timer.hpp"

#include <cerrno>
#include <csignal>
#include <system_error>

namespace jobhost::worker {

FenceTimer::FenceTimer() {
    sigevent event{};
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGKILL;
    if (timer_create(CLOCK_BOOTTIME, &event, &timer_) != 0)
        throw std::system_error{errno, std::generic_category(), "timer_create"};
}

FenceTimer::~FenceTimer() {
    timer_delete(timer_);
}

void FenceTimer::follow(BootTime deadline) {
    if (deadline == armed_) return;
    const auto seconds = std::chrono::floor<std::chrono::seconds>(deadline);
    itimerspec when{};
    when.it_value.tv_sec = static_cast<time_t>(seconds.count());
    when.it_value.tv_nsec = static_cast<long>((deadline - seconds).count());
    timer_settime(timer_, TIMER_ABSTIME, &when, nullptr);
    armed_ = deadline;
}

}  // namespace jobhost::worker
