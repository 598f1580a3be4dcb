#include "host/plugin/process_body.hpp"

#include "host/plugin/exit_text.hpp"

#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <poll.h>
#include <unistd.h>

namespace jobhost::host {

ProcessBody::~ProcessBody() {
    kill();
    reap();
}

void ProcessBody::kill() noexcept {
    if (end_) return;
    ::kill(-pid_, SIGKILL);
    // A worker that left its group is still ours.
    syscall(SYS_pidfd_send_signal, process_.get(), SIGKILL, nullptr, 0);
}

WorkerEnd ProcessBody::reap() noexcept {
    if (end_) return *end_;
    siginfo_t exit{};
    // Asio makes the descriptor non-blocking, and then waitid() does not wait.
    while (waitid(P_PIDFD, static_cast<id_t>(process_.get()), &exit, WEXITED) != 0 &&
           (errno == EINTR || errno == EAGAIN)) {
        pollfd end{process_.get(), POLLIN, 0};
        poll(&end, 1, -1);
    }
    group_.reset();
    mark_.reset();
    end_ = {exit_text(exit), exit.si_code == CLD_KILLED && exit.si_status == SIGKILL};
    return *end_;
}

}  // namespace jobhost::host
