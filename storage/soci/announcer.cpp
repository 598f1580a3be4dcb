#include "storage/soci/announcer.hpp"

#include "storage/storage_error.hpp"

namespace jobhost::storage {

namespace {

constexpr std::chrono::milliseconds kPeriod{5};

}  // namespace

Announcer::~Announcer() {
    {
        const std::lock_guard lock{mutex_};
        is_stopping_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

bool Announcer::is_due() {
    const std::lock_guard lock{mutex_};
    const auto now = std::chrono::steady_clock::now();
    if (now < next_) return false;
    next_ = now + kPeriod;
    return true;
}

void Announcer::say_later() {
    {
        const std::lock_guard lock{mutex_};
        is_pending_ = true;
        if (!thread_.joinable()) thread_ = std::thread{[this] { loop(); }};
    }
    changed_.notify_all();
}

void Announcer::loop() {
    std::unique_lock lock{mutex_};
    for (;;) {
        changed_.wait(lock, [this] { return is_pending_ || is_stopping_; });
        if (!is_pending_) return;
        changed_.wait_until(lock, next_, [this] { return is_stopping_; });
        is_pending_ = false;
        next_ = std::chrono::steady_clock::now() + kPeriod;
        lock.unlock();
        try {
            announce_apart_();
        } catch (const StorageError&) {  // they look by themselves, too
        }
        lock.lock();
    }
}

}  // namespace jobhost::storage
