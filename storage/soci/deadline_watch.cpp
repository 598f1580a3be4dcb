#include "storage/soci/deadline_watch.hpp"

#include <sys/socket.h>

namespace jobhost::storage {

DeadlineWatch::DeadlineWatch() : thread_{[this] { loop(); }} {}

DeadlineWatch::~DeadlineWatch() {
    {
        const std::lock_guard lock{mutex_};
        is_stopping_ = true;
    }
    changed_.notify_one();
    thread_.join();
}

DeadlineWatch::Guard DeadlineWatch::watch(int socket, Duration time) {
    return Guard{*this, socket, std::chrono::steady_clock::now() + time};
}

DeadlineWatch::Guard::Guard(DeadlineWatch& watch, int socket, Deadline deadline)
    : watch_{watch}, socket_{socket}, deadline_{deadline} {
    const std::lock_guard lock{watch_.mutex_};
    watch_.guards_.emplace(deadline_, this);
    if (deadline_ < watch_.wakes_at_) watch_.changed_.notify_one();
}

DeadlineWatch::Guard::~Guard() {
    const std::lock_guard lock{watch_.mutex_};
    watch_.guards_.erase({deadline_, this});
}

bool DeadlineWatch::Guard::expired() const {
    const std::lock_guard lock{watch_.mutex_};
    return expired_;
}

void DeadlineWatch::loop() {
    std::unique_lock lock{mutex_};
    while (!is_stopping_) {
        expire_until(std::chrono::steady_clock::now());
        if (guards_.empty()) {
            wakes_at_ = Deadline::max();
            changed_.wait(lock);
        } else {
            wakes_at_ = guards_.begin()->first;
            changed_.wait_until(lock, wakes_at_);
        }
    }
}

void DeadlineWatch::expire_until(Deadline now) {
    while (!guards_.empty() && guards_.begin()->first <= now) {
        Guard& guard = *guards_.begin()->second;
        guards_.erase(guards_.begin());
        ::shutdown(guard.socket_, SHUT_RDWR);
        guard.expired_ = true;
    }
}

}  // namespace jobhost::storage
