// A worker process and what it is doing.
#pragma once

#include "host/execution/worker_pool.hpp"

namespace jobhost::host {

// I/O thread only. Tells its pool what happens to it; the pool destroys it after on_worker_ended().
class WorkerPool::Worker final : public WorkerObserver {
public:
    // Throws std::system_error if the process cannot be started.
    explicit Worker(WorkerPool& pool);

    bool is_idle() const noexcept { return !run_ && process_.is_idle() && !is_leaving_; }
    bool is_starting() const noexcept { return !was_ready_ && !is_leaving_; }
    std::size_t runs() const noexcept { return runs_; }

    void begin(Assignment assignment);
    // REQUIRES: run().
    void answer(JobAnswer answer);
    // Ends an idle worker in order.
    void leave();
    // Ends it at once; a run is killed first.
    void kill();
    void set_fence(worker::BootTime deadline) noexcept { process_.set_fence(deadline); }
    Run* run() noexcept { return run_.get(); }
    std::unique_ptr<Run> take_run() noexcept { return std::move(run_); }

    // Calls `expired` when the worker has been idle for `period`.
    void watch_idleness(Duration period, std::function<void()> expired);

    void on_ready(const PluginDescription& plugin) override;
    void on_refused(const std::string& reason, const std::string& remedy) override;
    void on_log(std::optional<JobId> job, LogLevel level, const std::string& line) override;
    void on_output(std::optional<JobId> job, Stream stream, const std::string& line) override;
    void on_request(worker::RequestMessage request) override;
    void on_finished(RunResult result) override;
    void on_ended(const std::string& how) override;

private:
    WorkerPool& pool_;
    Timer idle_timer_;
    bool was_ready_ = false;
    bool is_leaving_ = false;
    std::size_t runs_ = 0;
    std::unique_ptr<Run> run_;
    WorkerProcess process_;  // last: it calls back
};

}  // namespace jobhost::host
