// A worker and what it is doing.
#pragma once

#include "host/execution/worker_pool.hpp"
#include "host/sync/boot_clock.hpp"

namespace jobhost::host {

// I/O thread only. Tells its pool what happens to it; the pool destroys it after on_worker_ended().
class WorkerPool::Worker final : public WorkerObserver {
public:
    // A process, or a thread of a pool that has its plugin inside the host. Throws std::system_error if it
    // cannot be started.
    Worker(WorkerPool& pool, bool is_separate);

    bool is_idle() const noexcept { return runs_.empty() && process_.is_idle() && !is_leaving_; }
    // It may get another run, behind those that it has.
    bool has_room() const noexcept;
    bool is_separate() const noexcept { return process_.is_separate(); }
    bool is_starting() const noexcept { return !was_ready_ && !is_leaving_; }
    std::size_t count() const noexcept { return count_; }  // of all runs that it was given
    std::size_t load() const noexcept { return runs_.size(); }

    // Why it is to be replaced before it gets anything more; empty: it is not.
    const std::string& reason_to_leave();
    // Its present run takes longer than those of its type did, so that others had better not wait for it.
    bool is_slow() const noexcept { return is_slow_; }

    // At once, or when those that it has are over.
    void begin(Assignment assignment);
    // Runs that have not begun come back to the pool.
    void recall() { process_.recall(); }
    // REQUIRES: run().
    void answer(JobAnswer answer);
    // Ends an idle worker in order.
    void leave();
    // Ends it at once; a run is killed first.
    void kill();
    void set_fence(worker::BootTime deadline) noexcept { process_.set_fence(deadline); }
    Run* run() noexcept { return runs_.empty() ? nullptr : runs_.front().get(); }  // the present one
    Run* find(const storage::HeldRun& run) noexcept;
    bool holds(JobId job) const noexcept;
    // The present run, which is over; the next one begins.
    std::unique_ptr<Run> take_run();

    // Calls `expired` when the worker has been idle for `period`.
    void watch_idleness(Duration period, std::function<void()> expired);

    void on_ready(const PluginDescription& plugin) override;
    void on_refused(const std::string& reason, const std::string& remedy) override;
    void on_log(std::optional<JobId> job, LogLevel level, const std::string& line) override;
    void on_output(std::optional<JobId> job, Stream stream, const std::string& line) override;
    void on_request(worker::RequestMessage request) override;
    void on_finished(RunResult result) override;
    void on_not_begun(std::size_t count) override;
    void on_ended(const std::string& how) override;

private:
    void next();
    std::string find_reason_to_leave();

    WorkerPool& pool_;
    Timer idle_timer_;
    Timer patience_timer_;  // of those that wait for the present run, or might
    bool is_slow_ = false;
    std::string reason_to_leave_;
    bool was_ready_ = false;
    bool is_leaving_ = false;
    std::size_t count_ = 0;
    const BootTime began_at_ = worker::boot_time_now();
    BootTime looked_at_{};                   // at its memory
    std::uint64_t first_memory_ = 0;         // bytes, when it was ready
    std::deque<std::unique_ptr<Run>> runs_;  // the present one first
    WorkerProcess process_;                  // last: it calls back
};

}  // namespace jobhost::host
