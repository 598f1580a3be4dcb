#include "host/sync/loop.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>

namespace jobhost::host {

namespace {
constexpr Duration kFirstBackOff = std::chrono::milliseconds{100};
constexpr Duration kLongestBackOff = std::chrono::seconds{3};
}  // namespace

Loop::Loop(std::string name, std::function<Duration()> step)
    : name_{std::move(name)}, step_{std::move(step)}, thread_{[this] { run(); }} {}

void Loop::wake() {
    {
        const std::lock_guard lock{mutex_};
        is_woken_ = true;
    }
    changed_.notify_one();
}

void Loop::stop() {
    {
        const std::lock_guard lock{mutex_};
        is_stopping_ = true;
    }
    changed_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void Loop::run() {
    while (wait(next_pause())) {
    }
}

Duration Loop::next_pause() {
    try {
        const Duration pause = step_();
        if (back_off_ != Duration{}) spdlog::info("{}: it works again", name_);
        back_off_ = {};
        return pause;
    } catch (const std::exception& error) {
        if (back_off_ == Duration{}) spdlog::error("{}: {}; trying again", name_, error.what());
        back_off_ = std::clamp(back_off_ * 2, kFirstBackOff, kLongestBackOff);
        return back_off_;
    }
}

// False: the loop is to end. A wake-up does not shorten a back-off.
bool Loop::wait(Duration pause) {
    std::unique_lock lock{mutex_};
    changed_.wait_for(lock, std::chrono::duration_cast<std::chrono::nanoseconds>(pause),
                      [this] { return is_stopping_ || (is_woken_ && back_off_ == Duration{}); });
    is_woken_ = false;
    return !is_stopping_;
}

}  // namespace jobhost::host
