// Tells other processes of news, at most every few milliseconds.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace jobhost::storage {

// The first of a series of transactions announces itself, so that an idle host hears of it with the commit.
// Those that follow closely do not: notifying takes a lock of the whole database server, and eight programs
// that all notify get fewer transactions through than one. One announcement, a little later and apart, stands
// for all of them.
//
// Thread-safe.
class Announcer {
public:
    // `announce_apart` is called on a thread of its own and may throw StorageError, which is let go of: hosts
    // look by themselves once a second.
    explicit Announcer(std::function<void()> announce_apart) : announce_apart_{std::move(announce_apart)} {}
    // Says what is not said yet.
    ~Announcer();
    Announcer(const Announcer&) = delete;
    Announcer& operator=(const Announcer&) = delete;

    // True: the caller's transaction is to announce itself. False: once it is durable, say_later() does.
    bool is_due();
    void say_later();

private:
    void loop();

    const std::function<void()> announce_apart_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::chrono::steady_clock::time_point next_{};
    bool is_pending_ = false;
    bool is_stopping_ = false;
    std::thread thread_;  // since the first announcement that had to wait
};

}  // namespace jobhost::storage
