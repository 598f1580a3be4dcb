#include "host/worker/control_socket.hpp"

#include "host/worker/limits.hpp"

#include <jobhost/plugin.h>

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <poll.h>
#include <thread>
#include <unistd.h>

namespace jobhost::worker {
namespace {

using namespace std::chrono_literals;

// How often a running job's socket is looked at again: poll() does not notice that the job closed it.
constexpr std::chrono::milliseconds kLook = 500ms;
constexpr std::size_t kReadSize = std::size_t{64} << 10;

}  // namespace

void ControlSocket::listen() {
    if (end_process_ != nullptr) fence_.emplace();
    listener_ = std::thread{[this] { listen_to_the_end(); }};
}

ControlSocket::~ControlSocket() {
    shutdown(socket_, SHUT_RDWR);
    if (listener_.joinable()) listener_.join();
}

// In a process of our own nothing follows.
void ControlSocket::lose(int status) noexcept {
    if (end_process_ != nullptr) end_process_(status);
    is_lost_ = true;
    requests_.close();
    const std::lock_guard lock{mutex_};
    orders_.clear();
    is_ending_ = true;
    arrived_.notify_one();
}

void ControlSocket::listen_to_the_end() noexcept {
    // Signals are the job's business; this thread must not run their handlers.
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
    while (!is_lost_) {
        // The host's own words: an error here means that this program and the host do not fit together.
        try {
            wait_for_input();
            receive();
            while (const auto frame = frames_.next())
                accept(*frame);
        } catch (const std::exception&) {
            lose(kExitBadOrder);
        }
    }
}

void ControlSocket::wait_for_input() {
    for (;;) {
        const BootTime fence = fence_ ? page_.fence() : BootTime{0};
        if (fence_) fence_->follow(fence);
        auto patience = runs_ > 0 ? kLook : -1ms;
        if (fence != BootTime{0}) {
            // Half of what is left: the host moves the fence well before it passes.
            const auto half = std::chrono::ceil<std::chrono::milliseconds>((fence - boot_time_now()) / 2);
            const auto look = std::max<std::chrono::milliseconds>(half, 1ms);
            patience = patience < 0ms ? look : std::min(patience, look);
        }
        pollfd input{socket_, POLLIN, 0};
        const int ready = poll(&input, 1, static_cast<int>(patience.count()));
        if (ready > 0 && (input.revents & POLLNVAL) != 0) return lose(kExitSocketLost);
        if (ready > 0) return;
    }
}

void ControlSocket::receive() {
    const std::span<char> space = frames_.space(kReadSize);
    const ssize_t got = recv(socket_, space.data(), space.size(), MSG_DONTWAIT);
    if (got > 0) return frames_.commit(static_cast<std::size_t>(got));
    if (got == 0 || errno == ECONNRESET) return lose(kExitHostGone);
    if (errno != EAGAIN && errno != EINTR) lose(kExitSocketLost);
}

ReplyMessage ControlSocket::ask(std::uint64_t run, RequestMessage request) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    const auto number = requests_.open(deadline);
    if (!number)
        return {.status = JOBHOST_UNAVAILABLE,
                .problem = is_lost_ ? "the host is gone"
                                    : "too many threads of this run ask the host at the same time"};
    request.number = *number;
    send(MessageType::request, run, encode(request));
    auto reply = requests_.wait(*number, deadline);
    if (!reply) return {.status = JOBHOST_UNAVAILABLE, .problem = "the host did not answer in time"};
    return std::move(*reply);
}

void ControlSocket::accept(const Frame& frame) {
    if (frame.type == MessageType::reply) return requests_.answer(decode_reply(frame.payload));
    if (frame.type == MessageType::recall) return give_back();
    if (frame.type != MessageType::run && frame.type != MessageType::exit)
        throw ProtocolError{"a message that only a worker sends"};
    const std::lock_guard lock{mutex_};
    if (frame.type == MessageType::run) {
        ++runs_;
        // The fence may be new; it must stand before foreign code runs.
        if (fence_) fence_->follow(page_.fence());
        orders_.push_back({frame.run, decode_run(frame.payload)});
    } else {
        is_ending_ = true;
    }
    arrived_.notify_one();
}

// What has not begun, and from now on will not: all from one number on.
void ControlSocket::give_back() {
    std::uint64_t first = 0;
    {
        const std::lock_guard lock{mutex_};
        if (!orders_.empty()) first = orders_.front().number;
        runs_ -= static_cast<int>(orders_.size());
        orders_.clear();
    }
    send(MessageType::recalled, first, {});
}

void ControlSocket::wait_for_exit() {
    std::unique_lock lock{mutex_};
    arrived_.wait(lock, [this] { return is_ending_; });
}

std::optional<RunOrder> ControlSocket::next_order() {
    std::unique_lock lock{mutex_};
    arrived_.wait(lock, [this] { return is_ending_ || !orders_.empty(); });
    if (orders_.empty()) return std::nullopt;
    RunOrder order = std::move(orders_.front());
    orders_.pop_front();
    return order;
}

void ControlSocket::send(MessageType type, std::uint64_t run, std::string_view payload) noexcept {
    const std::string bytes = frame(type, run, payload);
    std::string_view rest = bytes;
    const std::lock_guard lock{sending_};
    while (!rest.empty() && !is_lost_) {
        const ssize_t sent = ::send(socket_, rest.data(), rest.size(), MSG_NOSIGNAL);
        if (sent > 0) {
            rest.remove_prefix(static_cast<std::size_t>(sent));
        } else if (errno == EAGAIN) {  // a job may have made the socket non-blocking
            pollfd output{socket_, POLLOUT, 0};
            poll(&output, 1, -1);
        } else if (errno == EPIPE || errno == ECONNRESET) {
            lose(kExitHostGone);
        } else if (errno != EINTR) {
            lose(kExitSocketLost);
        }
    }
}

}  // namespace jobhost::worker
