// Ends a call that hangs at a socket, because the server was stopped or the network cut.
#pragma once

#include "storage/model/time.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

namespace jobhost::storage {

// A blocking call of libpq or of an ODBC driver has no deadline of its own. When a guard's time is over, its
// socket is shut down, and the call fails as if the server had closed the connection; the connection is of no
// use afterwards.
//
// Thread-safe. Has one thread, which wakes only when the nearest deadline that it knew of is over, or when a
// nearer one comes.
class DeadlineWatch {
    using Deadline = std::chrono::steady_clock::time_point;

public:
    // Watches one socket for as long as it lives. The socket must not be closed before.
    class Guard {
    public:
        ~Guard();
        Guard(const Guard&) = delete;
        Guard& operator=(const Guard&) = delete;

        // Whether the time was over and the socket has been shut down.
        bool expired() const;

    private:
        friend DeadlineWatch;
        Guard(DeadlineWatch& watch, int socket, Deadline deadline);

        DeadlineWatch& watch_;
        const int socket_;
        const Deadline deadline_;
        bool expired_ = false;
    };

    DeadlineWatch();
    // REQUIRES: there are no guards.
    ~DeadlineWatch();
    DeadlineWatch(const DeadlineWatch&) = delete;
    DeadlineWatch& operator=(const DeadlineWatch&) = delete;

    [[nodiscard]] Guard watch(int socket, Duration time);

private:
    void loop();
    void expire_until(Deadline now);

    std::mutex
        mutex_;  // held while a socket is shut down: once a guard is gone, its descriptor is left alone
    std::condition_variable changed_;
    std::set<std::pair<Deadline, Guard*>> guards_;
    Deadline wakes_at_ = Deadline::max();  // what the thread sleeps for
    bool is_stopping_ = false;
    std::thread thread_;  // last: it uses all of the above
};

}  // namespace jobhost::storage
