// A worker's own process.
#pragma once

#include "host/plugin/worker_body.hpp"

namespace jobhost::host {

class ProcessBody final : public WorkerBody {
public:
    // A child that leads a process group, watched by `process`, its pidfd.
    ProcessBody(pid_t pid, worker::Descriptor process) : pid_{pid}, process_{std::move(process)} {}
    ~ProcessBody() override;  // kills and reaps it

    int descriptor() const noexcept override { return process_.get(); }
    pid_t pid() const noexcept override { return pid_; }
    bool is_separate() const noexcept override { return true; }
    void kill() noexcept override;
    // It reads its fence from the shared page.
    void follow_fence(worker::BootTime) noexcept override {}
    WorkerEnd reap() noexcept override;

private:
    const pid_t pid_;
    const worker::Descriptor process_;
    std::optional<WorkerEnd> end_;  // nothing: not reaped
};

}  // namespace jobhost::host
