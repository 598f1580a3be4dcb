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
    // The number of a new request; nothing: too many are open.
    std::optional<std::int64_t> open();
    // Blocks until the answer is there; nothing: it has not come within `patience`. Ends the request.
    std::optional<ReplyMessage> wait(std::int64_t number, std::chrono::milliseconds patience);
    // One that nobody waits for any more is dropped.
    void answer(ReplyMessage reply);

private:
    std::mutex mutex_;  // of what follows
    std::condition_variable answered_;
    std::int64_t last_ = 0;
    std::map<std::int64_t, std::optional<ReplyMessage>> open_;
};

}  // namespace jobhost::worker
