#include "host/plugin/thread_body.hpp"

#include <poll.h>
#include <unistd.h>

namespace jobhost::host {

pid_t ThreadBody::pid() const noexcept {
    return ::getpid();
}

void ThreadBody::kill() noexcept {
    end_host_();
}

WorkerEnd ThreadBody::reap() noexcept {
    pollfd end{ended_.get(), POLLIN, 0};
    while (poll(&end, 1, -1) < 0) {
    }
    return {.how = "its thread ended"};
}

}  // namespace jobhost::host
