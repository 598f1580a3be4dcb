// The worker's end of the control socket: a thread that listens, and a way to talk.
#pragma once

#include "host/worker/fence_timer.hpp"
#include "host/worker/open_requests.hpp"
#include "host/worker/protocol.hpp"
#include "host/worker/shared_page.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

namespace jobhost::worker {

// One run that the host ordered.
struct RunOrder {
    std::uint64_t number = 0;
    RunMessage message;
};

// Lives as long as the process: its thread never ends. When the host's end is closed, or the socket is lost,
// it ends the process at once with _exit, whatever the job is doing.
class ControlSocket {
public:
    // `page` outlives this.
    ControlSocket(int socket, const SharedPage& page) : socket_{socket}, page_{page} {}
    ControlSocket(const ControlSocket&) = delete;

    // Starts to listen. Once.
    void listen();
    // The next run, in the order of arrival; nothing: the host asks this process to end. [main thread]
    std::optional<RunOrder> next_order();
    // The run from next_order() has ended. [main thread]
    void run_ended() noexcept { --runs_; }

    // Blocks while the host does not read. [any]
    void send(MessageType type, std::uint64_t run, std::string_view payload) noexcept;
    // Asks the host and blocks until it answers, at most for kPatience. The number is given here. What goes
    // wrong on the way is told as a reply, too. [any]
    ReplyMessage ask(std::uint64_t run, RequestMessage request);

private:
    [[noreturn]] void listen_for_ever() noexcept;
    void wait_for_input();
    void receive();
    void accept(const Frame& frame);
    void give_back();

    const int socket_;
    const SharedPage& page_;
    FrameBuffer frames_;               // of the listening thread
    std::optional<FenceTimer> fence_;  // of the listening thread
    std::atomic<int> runs_{0};         // received and not ended

    OpenRequests requests_;
    std::mutex sending_;
    std::mutex mutex_;  // of what follows
    std::condition_variable arrived_;
    std::deque<RunOrder> orders_;
    bool is_ending_ = false;
};

}  // namespace jobhost::worker
