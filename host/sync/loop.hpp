// A thread that repeats one step: when it is woken, and when the time comes that the step itself named.
#pragma once

#include "host/sync/back_off.hpp"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace jobhost::host {

// Thread-safe. What the step does is the step's business; it can be called without a loop, in a test.
class Loop {
public:
    // `step` returns how long it can wait until it has to run again. When it throws, StorageError above all,
    // the loop logs that once, waits (0.1 s, doubling up to 3 s) and calls again. `name` is for the log. Runs
    // the first step at once.
    Loop(std::string name, std::function<Duration()> step);
    ~Loop() { stop(); }
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    // Run the step soon; at once if it is waiting.
    void wake();
    // Ends after the step that is under way. Total and idempotent.
    void stop();

private:
    void run();
    Duration next_pause();
    bool wait(Duration pause);

    const std::string name_;
    const std::function<Duration()> step_;
    BackOff back_off_{std::chrono::milliseconds{100}, std::chrono::seconds{3}};

    std::mutex mutex_;
    std::condition_variable changed_;
    bool is_woken_ = false;
    bool is_stopping_ = false;
    std::thread thread_;  // last: it uses all of the above
};

}  // namespace jobhost::host
