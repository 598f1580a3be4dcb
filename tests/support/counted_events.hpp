// Lets a test wait until something has happened often enough, with a deadline.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace jobhost::test {

// Thread-safe.
class CountedEvents {
public:
    void happened() {
        const std::lock_guard lock{mutex_};
        ++count_;
        changed_.notify_all();
    }
    int count() {
        const std::lock_guard lock{mutex_};
        return count_;
    }
    // False: it did not happen `count` times within ten seconds.
    bool wait_for(int count) {
        std::unique_lock lock{mutex_};
        return changed_.wait_for(lock, std::chrono::seconds{10}, [&] { return count_ >= count; });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int count_ = 0;
};

}  // namespace jobhost::test
