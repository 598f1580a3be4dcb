// Ends this process when a run has used too much processor time.
#pragma once

#include <chrono>
#include <ctime>

namespace jobhost::worker {

// The kernel holds the timers, as in FenceTimer. Main thread only.
class CpuTimer {
public:
    // `most`: of one run, by all threads together; zero: no limit. Throws std::system_error.
    explicit CpuTimer(std::chrono::microseconds most);
    CpuTimer(const CpuTimer&) = delete;
    CpuTimer& operator=(const CpuTimer&) = delete;
    ~CpuTimer();

    // SIGXCPU after that time; a job that catches it is killed a second later.
    void begin_run();
    void end_run();

private:
    void arm(std::chrono::microseconds after);

    const std::chrono::microseconds most_;
    timer_t told_{};
    timer_t killed_{};
};

}  // namespace jobhost::worker
