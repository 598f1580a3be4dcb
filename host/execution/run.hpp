// One run of a job in a worker: its time limits, its log, how it ended.
#pragma once

#include "host/execution/exchange_loop.hpp"
#include "host/execution/log_buffer.hpp"
#include "host/execution/outcome.hpp"
#include "host/plugin/worker_process.hpp"
#include "host/sync/timer.hpp"

#include <set>

namespace jobhost::host {

// I/O thread only.
class Run {
public:
    // Hands the job to `worker`, which has room and outlives the run, as `clock` does. Throws
    // UnresolvedReference if the arguments lack a parent's result, std::invalid_argument if the worker cannot
    // take it.
    Run(boost::asio::io_context& io, Assignment assignment, WorkerProcess& worker, const Clock& clock);

    // The worker has come to it: its time runs.
    void begin();
    // REQUIRES: begin() was not called, or the worker has given the job back.
    Assignment take_assignment() noexcept { return std::move(assignment_); }
    // It was to end before it began.
    bool is_cancelled() const noexcept { return why_stopped_ == Why::cancelled; }

    const ClaimedJob& job() const noexcept { return assignment_.job; }
    const std::string& type() const noexcept { return assignment_.type; }
    LogBuffer& log() noexcept { return log_; }

    // It is to end: it is asked to, and killed, if it can be, when the policy's time for that is over. `why`
    // is empty if a person wants it.
    void cancel(const std::string& why);
    // The job may save its work and end.
    void drain(Interruption why);
    // Now it must end.
    void cancel(Interruption why);
    // Now it is ended, unless it runs in this process: then it goes on, until the lease ends and the process
    // with it.
    void kill(Interruption why);

    // What one transaction hands in beside an outcome.
    static constexpr std::size_t kMostJobsOnSuccess = 1000;
    static constexpr std::size_t kMostBytesOnSuccess = std::size_t{4} << 20;

    // Jobs to be handed in if it succeeds; a call that comes again, because its answer was lost, counts once.
    // False: with those of earlier calls they are too many or too large, and none of this call is.
    bool hand_in_on_success(std::int64_t call, std::vector<NewJob> jobs);

    // How the run ended, given what its worker says.
    RunEnd end(RunResult result) const;

private:
    enum class Why { running, timeout, cancelled, host_stops, lease_ends, plugin_replaced };

    Duration timeout() const { return assignment_.job.policy.timeout.value_or(kDefaultTimeout); }
    void on_timeout();
    void stop_for_good();
    void kill_if_possible();
    void interrupt(Interruption why);
    std::string why_text() const;
    bool was_stopped_by_host(const RunResult& result) const;

    Assignment assignment_;
    WorkerProcess& worker_;
    const Clock& clock_;
    LogBuffer log_;
    std::optional<TimePoint> started_at_;
    Why why_stopped_ = Why::running;
    std::string why_cancelled_;  // empty: a person wants it
    bool is_asked_ = false;
    std::set<std::int64_t> calls_on_success_;
    std::vector<NewJob> jobs_on_success_;
    std::size_t size_on_success_ = 0;  // bytes
    Timer timer_;
};

// A job that cannot be handed to a worker at all; `code` says why in a word.
RunEnd refused_end(const std::string& code, const std::string& why, TimePoint now);

}  // namespace jobhost::host
