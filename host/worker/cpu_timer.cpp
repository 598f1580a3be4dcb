#include "host/worker/cpu_timer.hpp"

#include <cerrno>
#include <csignal>
#include <system_error>

namespace jobhost::worker {
namespace {

using namespace std::chrono_literals;

timer_t make(int signal) {
    sigevent event{};
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = signal;
    timer_t timer{};
    if (timer_create(CLOCK_PROCESS_CPUTIME_ID, &event, &timer) != 0)
        throw std::system_error{errno, std::generic_category(), "timer_create"};
    return timer;
}

void set(timer_t timer, std::chrono::microseconds after) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(after);
    itimerspec when{};
    when.it_value.tv_sec = static_cast<time_t>(seconds.count());
    when.it_value.tv_nsec = static_cast<long>(std::chrono::nanoseconds{after - seconds}.count());
    timer_settime(timer, 0, &when, nullptr);
}

}  // namespace

CpuTimer::CpuTimer(std::chrono::microseconds most) : most_{most} {
    if (most_ == 0us) return;
    told_ = make(SIGXCPU);
    killed_ = make(SIGKILL);
}

CpuTimer::~CpuTimer() {
    if (most_ == 0us) return;
    timer_delete(told_);
    timer_delete(killed_);
}

void CpuTimer::begin_run() {
    if (most_ > 0us) arm(most_);
}

void CpuTimer::end_run() {
    if (most_ > 0us) arm(0us);
}

// Zero: not any more.
void CpuTimer::arm(std::chrono::microseconds after) {
    set(told_, after);
    set(killed_, after == 0us ? after : after + 1s);
}

}  // namespace jobhost::worker
