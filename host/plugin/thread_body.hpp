// A worker that is a thread of this process.
#pragma once

#include "host/plugin/worker_body.hpp"
#include "host/worker/fence_timer.hpp"

#include <functional>

namespace jobhost::host {

class ThreadBody final : public WorkerBody {
public:
    // `ended`, an eventfd, becomes readable when the thread runs no code of its plugin any more; nobody waits
    // for it here. `end_host` ends this process. Throws std::system_error.
    ThreadBody(worker::Descriptor ended, std::function<void()> end_host)
        : ended_{std::move(ended)}, end_host_{std::move(end_host)} {}

    int descriptor() const noexcept override { return ended_.get(); }
    pid_t pid() const noexcept override;
    bool is_separate() const noexcept override { return false; }
    void kill() noexcept override;
    // The kernel's timer, and not the I/O thread: a job may hold what that thread waits for, and a host that
    // is stopped must not go on with the job.
    void follow_fence(worker::BootTime deadline) noexcept override { fence_.follow(deadline); }
    WorkerEnd reap() noexcept override;

private:
    const worker::Descriptor ended_;
    const std::function<void()> end_host_;
    worker::FenceTimer fence_;
};

}  // namespace jobhost::host
