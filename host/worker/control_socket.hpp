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
#include <thread>

namespace jobhost::worker {

// One run that the host ordered.
struct RunOrder {
    std::uint64_t number = 0;
    RunMessage message;
};

// Ends a worker's process with a status of limits.hpp.
using EndProcess = void (*)(int status) noexcept;

class ControlSocket {
public:
    // `end_process` is called at once when the host's end is closed, or the socket is lost, whatever the job
    // is doing, and the process ends itself when the host does not move its fence. Null: the process is not
    // the worker's own; then the worker is asked to end, and the host sees to the fence. The socket and
    // `page` outlive this.
    ControlSocket(int socket, const SharedPage& page, EndProcess end_process)
        : socket_{socket}, page_{page}, end_process_{end_process} {}
    ControlSocket(const ControlSocket&) = delete;
    // Listens no more. REQUIRES: no end_process; with one it lives as long as the process.
    ~ControlSocket();

    // Starts to listen. Once.
    void listen();
    // The next run, in the order of arrival; nothing: the host asks this process to end. [the thread that
    // jobs run on]
    std::optional<RunOrder> next_order();
    // No order is wanted any more: blocks until the host asks this process to end, or the socket is lost;
    // what it has ordered it gets back by recalling it. [main thread]
    void wait_for_exit();
    // The run from next_order() has ended. [the thread that jobs run on]
    void run_ended() noexcept { --runs_; }

    // Blocks while the host does not read. [any]
    void send(MessageType type, std::uint64_t run, std::string_view payload) noexcept;
    // Asks the host and blocks until it answers, at most for kPatience. The number is given here. What goes
    // wrong on the way is told as a reply, too. [any]
    ReplyMessage ask(std::uint64_t run, RequestMessage request);

private:
    void listen_to_the_end() noexcept;
    void wait_for_input();
    void receive();
    void accept(const Frame& frame);
    void give_back();
    void lose(int status) noexcept;

    const int socket_;
    const SharedPage& page_;
    const EndProcess end_process_;
    std::thread listener_;
    FrameBuffer frames_;               // of the listening thread
    std::optional<FenceTimer> fence_;  // of the listening thread
    std::atomic<int> runs_{0};         // received and not ended
    std::atomic<bool> is_lost_{false};

    OpenRequests requests_;
    std::mutex sending_;
    std::mutex mutex_;  // of what follows
    std::condition_variable arrived_;
    std::deque<RunOrder> orders_;
    bool is_ending_ = false;
};

}  // namespace jobhost::worker
