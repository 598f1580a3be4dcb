#include "host/sync/loop.hpp"

#include <spdlog/spdlog.h>

#include <exception>

namespace jobhost::host {

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
        if (back_off_.is_active()) spdlog::info("{}: it works again", name_);
        back_off_.reset();
        return pause;
    } catch (const std::exception& error) {
        if (!back_off_.is_active()) spdlog::error("{}: {}; trying again", name_, error.what());
        return back_off_.next();
    }
}

// False: the loop is to end. A wake-up does not shorten a back-off.
bool Loop::wait(Duration pause) {
    std::unique_lock lock{mutex_};
    changed_.wait_for(lock, std::chrono::duration_cast<std::chrono::nanoseconds>(pause),
                      [this] { return is_stopping_ || (is_woken_ && !back_off_.is_active()); });
    is_woken_ = false;
    return !is_stopping_;
}

}  // namespace jobhost::host
