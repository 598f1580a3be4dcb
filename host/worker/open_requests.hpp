// Requests of the present run that the host has not answered yet.
#pragma once

#include "host/worker/protocol.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>

namespace jobhost::worker {

// Thread-safe.
class OpenRequests {
public:
    using Deadline = std::chrono::steady_clock::time_point;

    // The number of a new request; blocks while kMaxOpenRequests are open. Nothing: until the deadline, or
    // close().
    std::optional<std::int64_t> open(Deadline deadline);
    // Blocks until the answer is there; nothing: it has not come before the deadline, or
    // close(). Ends the request.
    std::optional<ReplyMessage> wait(std::int64_t number, Deadline deadline);
    // One that nobody waits for any more is dropped.
    void answer(ReplyMessage reply);
    // None will be answered any more: those that are open are given up, and no other is opened.
    void close();

private:
    std::mutex mutex_;  // of what follows
    std::condition_variable answered_;
    std::condition_variable ended_;
    bool is_closed_ = false;
    std::int64_t last_ = 0;
    std::map<std::int64_t, std::optional<ReplyMessage>> open_;
};

}  // namespace jobhost::worker
