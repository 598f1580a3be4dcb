// The workers of one plugin.
#pragma once

#include "host/execution/run.hpp"
#include "host/execution/run_requests.hpp"
#include "host/execution/short_types.hpp"
#include "host/plugin/catalog.hpp"
#include "host/plugin/resident_plugin.hpp"
#include "host/sync/back_off.hpp"

#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <vector>

namespace jobhost::host {

// I/O thread only.
class WorkerPool {
public:
    struct Callbacks {
        // A job has ended, or never began; with what is left of its log.
        std::function<void(const ClaimedJob&, const RunEnd&, std::optional<storage::LogChunk>)> ended;
        // A worker is ready, the first one of this pool.
        std::function<void()> ready;
        // After retire(): no worker is left. The pool may be destroyed, but not by this call.
        std::function<void()> emptied;
        // Workers of this plugin cannot be started for a while (true), or may be tried again (false).
        std::function<void(bool)> unavailable;
        // A running job asks for something, to be answered by answer().
        std::function<void(Question)> requested;
        // Asked before each job is handed over, and before a worker is started.
        std::function<bool()> may_begin;
        // From then on a worker that is started now must not live.
        std::function<worker::BootTime()> fence;
    };

    // One worker is started as soon as the I/O thread runs, so that the first job need not wait. After
    // retire() runs have `drain_timeout` to end. All references outlive the pool.
    WorkerPool(boost::asio::io_context& io, std::shared_ptr<const LoadedPlugin> plugin, WorkerOptions options,
               Duration drain_timeout, const Clock& clock, Callbacks callbacks);
    ~WorkerPool();

    const std::shared_ptr<const LoadedPlugin>& plugin() const noexcept { return plugin_; }
    bool is_ready() const noexcept { return is_ready_; }
    bool is_retired() const noexcept { return is_retired_; }

    // Runs the job in an idle worker, or in a new one as soon as that is ready, once it may begin.
    void run(Assignment assignment);
    // Jobs may begin again.
    void resume();
    // The workers live until a later instant.
    void move_fences(worker::BootTime deadline);

    // To the run that asked, if it is one of these and goes on.
    void answer(const JobAnswer& answer);
    // It runs, or is about to.
    bool holds(JobId job) const;
    // Takes what the running jobs have logged since the last time.
    std::vector<storage::LogChunk> take_log();

    // Somebody wants this run to end, if it is one of these.
    void cancel_run(const storage::HeldRun& run);

    // Jobs that have not begun end as not_begun; running ones are told to end, harder and harder.
    void drain();
    void cancel(Interruption why);
    void kill(Interruption why);
    // Kills all workers, before their fences do. If a job runs in this process, it ends.
    void fence_off();

    // Nothing more is to come here: what runs ends in its own time, or is interrupted when that is over, and
    // workers end after it. What has not begun.
    std::vector<Assignment> retire();

    // After drain(): idle workers end in order. No worker is left when is_empty().
    void dismiss();
    bool is_empty() const noexcept { return workers_.empty(); }

private:
    class Worker;

    template <class Act>
    void for_each_run(Act act);
    void pump();
    bool is_separate(const Assignment& assignment) const;
    void start_worker(bool is_separate);
    bool may_start_workers() const;
    void start_missing_workers(bool is_separate);
    void start_first_worker();
    void start_spare();
    Worker* worker_for(const Assignment& assignment);
    Worker* idle_worker(bool is_separate, bool must_be_fresh);
    Worker* least_loaded_worker();
    std::size_t missing_workers(bool separate) const;
    std::size_t quick_workers() const;
    void begin(Worker& worker, Assignment assignment);
    void give_back_waiting();
    void recall();

    void on_start_failed(const std::string& reason);
    void try_again_after(Duration pause);
    void on_run_ended(Worker& worker, RunResult result);
    void on_not_begun(Worker& worker, std::vector<std::unique_ptr<Run>> runs);
    void retire_if_due(Worker& worker, const ClaimedJob& last);
    void on_worker_ended(Worker& worker);
    void interrupt_after(Duration pause, void (Run::*press)(Interruption));
    void on_worker_ready(Worker& worker);
    void retire_if_spare(Worker& worker);

    boost::asio::io_context& io_;
    const std::shared_ptr<const LoadedPlugin> plugin_;
    const WorkerOptions options_;
    const std::size_t most_runs_;  // of one worker
    const Duration drain_timeout_;
    const Clock& clock_;
    const Callbacks callbacks_;
    const std::unique_ptr<ResidentPlugin> resident_;  // null: all its workers are processes
    std::list<std::unique_ptr<Worker>> workers_;
    std::deque<Assignment> waiting_;
    ShortTypes short_types_;
    bool is_ready_ = false;
    bool is_draining_ = false;
    bool is_retired_ = false;
    BackOff back_off_{std::chrono::milliseconds{100}, std::chrono::seconds{10}};
    Timer drain_timer_;
    Timer back_off_timer_;  // set: no worker is started until it expires
};

}  // namespace jobhost::host
