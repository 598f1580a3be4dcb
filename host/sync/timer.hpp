// A timer whose callback never comes after it was cancelled, set anew or destroyed.
#pragma once

#include "storage/model/time.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <utility>

namespace jobhost::host {

// I/O thread only. Asio alone does not promise this: an expired timer's handler may already be queued.
class Timer {
public:
    explicit Timer(boost::asio::io_context& io) : timer_{io} {}

    // Calls `expired` once, on the I/O thread; what was set before is forgotten.
    void after(Duration delay, std::function<void()> expired) {
        timer_.expires_after(delay);
        current_ = std::make_shared<char>();
        timer_.async_wait([token = std::weak_ptr{current_}, expired = std::move(expired)](const auto& error) {
            if (!error && !token.expired()) expired();
        });
    }
    void cancel() {
        current_.reset();
        timer_.cancel();
    }
    bool is_set() const noexcept { return current_ != nullptr; }

private:
    boost::asio::steady_timer timer_;
    std::shared_ptr<char> current_;  // alive as long as the callback is wanted
};

}  // namespace jobhost::host
