// A worker's own process.
#pragma once

#include "host/plugin/orphans.hpp"
#include "host/plugin/worker_body.hpp"
#include "host/plugin/worker_group.hpp"

namespace jobhost::host {

class ProcessBody final : public WorkerBody {
public:
    // A child that leads a process group, watched by `process`, its pidfd. What bears its mark, or is in its
    // control group, ends with it.
    ProcessBody(pid_t pid, worker::Descriptor process, WorkerMark mark, WorkerGroup group)
        : pid_{pid}, process_{std::move(process)}, mark_{std::move(mark)}, group_{std::move(group)} {}
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
    std::optional<WorkerMark> mark_;  // until it is reaped
    std::optional<WorkerGroup> group_;
    std::optional<WorkerEnd> end_;  // nothing: not reaped
};

}  // namespace jobhost::host
