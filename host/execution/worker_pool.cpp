#include "host/execution/worker_pool.hpp"

#include "host/execution/pooled_worker.hpp"
#include "host/execution/take_in.hpp"
#include "host/scheduling/references.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace jobhost::host {

namespace {

using namespace std::chrono_literals;

// A worker that is idle for longer ends, except for the last one.
constexpr Duration kIdlePeriod = 60s;
// What a run has to save its work, once a later version of its plugin wants its place, and then to end.
constexpr Duration kSavePeriod = 30s;
constexpr Duration kCancelPeriod = 5s;
// A job that has crashed so often, or that hosts have died with, gets a process of its own: so nobody can say
// that another job has led to its next crash.
constexpr int kCrashesUntilAlone = 2;
constexpr int kRecoveriesUntilAlone = 3;

bool runs_alone(const ClaimedJob& job) {
    return job.crashes >= kCrashesUntilAlone || job.recoveries >= kRecoveriesUntilAlone;
}

bool has_process_per_job(const WorkerOptions& options) {
    return options.hosting.isolation == config::Isolation::process_per_job;
}

bool is_in_process(const WorkerOptions& options) {
    return options.hosting.isolation == config::Isolation::in_process;
}

// A thread does not wear out, and what it leaves behind is the host's.
WorkerOptions options_of(const WorkerOptions& options, const LoadedPlugin& plugin) {
    WorkerOptions its = options.of(plugin.file);
    if (is_in_process(its))
        its.hosting.recycle = {std::numeric_limits<int>::max(), 24h * 36'500, std::nullopt};
    return its;
}

std::size_t processors() {
    return std::max(1U, std::thread::hardware_concurrency());  // 0: the system does not say
}

bool is_short(const Assignment& assignment, const ShortTypes& types) {
    return !runs_alone(assignment.job) && types.contains(assignment.type);
}

}  // namespace

WorkerPool::WorkerPool(boost::asio::io_context& io, std::shared_ptr<const LoadedPlugin> plugin,
                       WorkerOptions options, Duration drain_timeout, const Clock& clock, Callbacks callbacks)
    : io_{io},
      plugin_{std::move(plugin)},
      options_{options_of(options, *plugin_)},
      most_runs_{has_process_per_job(options_) ? 1 : static_cast<std::size_t>(options_.hosting.recycle.runs)},
      drain_timeout_{drain_timeout},
      clock_{clock},
      callbacks_{std::move(callbacks)},
      resident_{is_in_process(options_) ? take_in(*plugin_) : nullptr},
      drain_timer_{io},
      back_off_timer_{io} {
    try_again_after(Duration{});
}

WorkerPool::~WorkerPool() = default;

void WorkerPool::run(Assignment assignment) {
    waiting_.push_back(std::move(assignment));
    if (is_draining_)
        give_back_waiting();
    else
        pump();
}

void WorkerPool::pump() {
    for (auto next = waiting_.begin(); next != waiting_.end() && callbacks_.may_begin();) {
        Worker* worker = worker_for(*next);
        if (worker == nullptr) {
            ++next;
            continue;
        }
        Assignment assignment = std::move(*next);
        next = waiting_.erase(next);
        begin(*worker, std::move(assignment));
    }
    if (has_process_per_job(options_)) start_spare();
    start_missing_workers(true);
    if (resident_) start_missing_workers(false);
}

// In a process: in any pool a job that hosts have died with, for the next one shall not.
bool WorkerPool::is_separate(const Assignment& assignment) const {
    return !resident_ || runs_alone(assignment.job);
}

bool WorkerPool::may_start_workers() const {
    return !is_draining_ && !back_off_timer_.is_set() && callbacks_.may_begin();
}

void WorkerPool::start_missing_workers(bool is_separate) {
    if (!may_start_workers()) return;
    for (std::size_t missing = missing_workers(is_separate); missing > 0; --missing)
        start_worker(is_separate);
}

// Those whose present run, if any, may be over at once: others may wait for it.
std::size_t WorkerPool::quick_workers() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(workers_, [](const auto& worker) { return !worker->is_slow(); }));
}

// For each job that waits, but for short ones no more than there are processors.
std::size_t WorkerPool::missing_workers(bool separate) const {
    const auto starting = static_cast<std::size_t>(std::ranges::count_if(workers_, [&](const auto& worker) {
        return worker->is_starting() && worker->is_separate() == separate;
    }));
    std::size_t waiting = 0;
    std::size_t short_ones = 0;
    for (const Assignment& assignment : waiting_) {
        if (is_separate(assignment) != separate) continue;
        ++waiting;
        if (is_short(assignment, short_types_)) ++short_ones;
    }
    const std::size_t room = processors() - std::min(processors(), quick_workers());
    const std::size_t wanted = waiting - short_ones + std::min(short_ones, starting + room);
    return wanted - std::min(wanted, starting);
}

WorkerPool::Worker* WorkerPool::worker_for(const Assignment& assignment) {
    Worker* const idle = idle_worker(is_separate(assignment), runs_alone(assignment.job));
    if (idle != nullptr || !is_short(assignment, short_types_)) return idle;
    return quick_workers() < processors() ? nullptr : least_loaded_worker();
}

// Of those with short jobs, as others would let it wait.
WorkerPool::Worker* WorkerPool::least_loaded_worker() {
    Worker* best = nullptr;
    for (const auto& worker : workers_) {
        const Run* const run = worker->run();
        const bool is_right = worker->has_room() && run != nullptr && !runs_alone(run->job()) &&
                              short_types_.contains(run->type());
        if (is_right && (best == nullptr || worker->load() < best->load())) best = worker.get();
    }
    return best;
}

WorkerPool::Worker* WorkerPool::idle_worker(bool is_separate, bool must_be_fresh) {
    const auto found = std::find_if(workers_.begin(), workers_.end(), [&](const auto& worker) {
        return worker->is_idle() && worker->is_separate() == is_separate &&
               (!must_be_fresh || worker->count() == 0);
    });
    return found == workers_.end() ? nullptr : found->get();
}

void WorkerPool::begin(Worker& worker, Assignment assignment) {
    const ClaimedJob job = assignment.job;
    try {
        worker.begin(std::move(assignment));
    } catch (const UnresolvedReference& error) {
        callbacks_.ended(job, refused_end("unresolved_reference", error.what(), clock_.now()), std::nullopt);
    } catch (const std::invalid_argument& error) {
        callbacks_.ended(job, refused_end("not_runnable", error.what(), clock_.now()), std::nullopt);
    }
}

// So that the next job need not wait for its process.
void WorkerPool::start_spare() {
    const bool has_spare = std::ranges::any_of(
        workers_, [](const auto& worker) { return worker->is_starting() || worker->is_idle(); });
    if (!has_spare && may_start_workers()) start_worker(true);
}

// With workers at hand, only jobs ask for more.
void WorkerPool::start_first_worker() {
    if (workers_.empty() && may_start_workers()) start_worker(!resident_);
}

void WorkerPool::resume() {
    pump();
    start_first_worker();
}

void WorkerPool::move_fences(worker::BootTime deadline) {
    for (const auto& worker : workers_)
        worker->set_fence(deadline);
}

void WorkerPool::start_worker(bool is_separate) {
    try {
        workers_.push_back(std::make_unique<Worker>(*this, is_separate));
    } catch (const std::runtime_error& error) {  // std's or Boost's system_error
        on_start_failed(error.what());
    }
}

// Jobs of this plugin go back to the database, where another host may take them, and this one tries again.
void WorkerPool::on_start_failed(const std::string& reason) {
    if (is_draining_) return;
    spdlog::error("plugin {}: a worker did not start: {}", plugin_->description.name, reason);
    give_back_waiting();
    // Workers that were started together fail together: that is one failure, and one step of the back-off.
    if (back_off_timer_.is_set()) return;
    callbacks_.unavailable(true);
    try_again_after(back_off_.next());
}

void WorkerPool::try_again_after(Duration pause) {
    back_off_timer_.after(pause, [this] {
        back_off_timer_.cancel();
        callbacks_.unavailable(false);
        // One only: a start that fails at once would take the types out of the next claim before workers
        // that are at hand get anything to do.
        start_first_worker();
    });
}

void WorkerPool::on_run_ended(Worker& worker, RunResult result) {
    const auto run = worker.take_run();
    back_off_.reset();
    const RunEnd end = run->end(std::move(result));
    // Whose worker has died may take others with it: for a while each job has its own.
    if (end.outcome == Outcome::crashed)
        short_types_.forget();
    else if (end.started_at)
        short_types_.ran(run->type(), end.finished_at - *end.started_at);
    callbacks_.ended(run->job(), end, run->log().take());
    if (worker.is_idle())
        retire_if_due(worker, run->job());
    else
        worker.reason_to_leave();  // so that it gets nothing more, if there is one
    pump();
}

// Those that were behind another in its worker wait for the next one that is free.
void WorkerPool::on_not_begun(Worker& worker, std::vector<std::unique_ptr<Run>> runs) {
    for (const auto& run : runs) {
        const Outcome outcome = run->is_cancelled() ? Outcome::cancelled : Outcome::not_begun;
        Assignment assignment = run->take_assignment();
        if (outcome == Outcome::cancelled || is_draining_)
            callbacks_.ended(assignment.job, {.outcome = outcome, .finished_at = clock_.now()}, std::nullopt);
        else
            waiting_.push_front(std::move(assignment));
    }
    if (worker.is_idle()) retire_if_spare(worker);
    if (!is_draining_) pump();
}

void WorkerPool::retire_if_due(Worker& worker, const ClaimedJob& last) {
    const std::string& reason = worker.reason_to_leave();
    if (!is_retired_ && reason.empty() && !runs_alone(last)) return retire_if_spare(worker);
    if (!reason.empty())
        spdlog::debug("plugin {}: a worker is replaced: {}", plugin_->description.name, reason);
    worker.leave();
}

void WorkerPool::on_worker_ready(Worker& worker) {
    if (is_retired_) return worker.leave();
    retire_if_spare(worker);
    if (!std::exchange(is_ready_, true)) callbacks_.ready();
    pump();
}

void WorkerPool::retire_if_spare(Worker& worker) {
    worker.watch_idleness(kIdlePeriod, [this, &worker] {
        if (worker.is_idle() && workers_.size() > 1) worker.leave();
    });
}

void WorkerPool::on_worker_ended(Worker& worker) {
    workers_.remove_if([&](const auto& other) { return other.get() == &worker; });
    if (is_retired_ && workers_.empty()) callbacks_.emptied();
    if (is_draining_) return;
    pump();
    start_first_worker();
}

void WorkerPool::recall() {
    for (const auto& worker : workers_)
        worker->recall();
}

template <class Act>
void WorkerPool::for_each_run(Act act) {
    for (const auto& worker : workers_)
        if (Run* run = worker->run()) act(*run);
}

void WorkerPool::answer(const JobAnswer& answer) {
    for (const auto& worker : workers_)
        if (const Run* run = worker->run())
            if (run->job().id == answer.job && run->job().lease == answer.lease) worker->answer(answer);
}

bool WorkerPool::holds(JobId job) const {
    return std::ranges::any_of(workers_, [&](const auto& worker) { return worker->holds(job); }) ||
           std::ranges::any_of(waiting_, [&](const auto& assignment) { return assignment.job.id == job; });
}

std::vector<storage::LogChunk> WorkerPool::take_log() {
    std::vector<storage::LogChunk> chunks;
    for_each_run([&](Run& run) {
        if (auto chunk = run.log().take()) chunks.push_back(std::move(*chunk));
    });
    return chunks;
}

void WorkerPool::give_back_waiting() {
    for (const Assignment& assignment : std::exchange(waiting_, {}))
        callbacks_.ended(assignment.job, {.outcome = Outcome::not_begun, .finished_at = clock_.now()},
                         std::nullopt);
}

void WorkerPool::drain() {
    is_draining_ = true;
    back_off_timer_.cancel();
    give_back_waiting();
    recall();
    for_each_run([](Run& run) { run.drain(Interruption::host_stops); });
}

std::vector<Assignment> WorkerPool::retire() {
    is_draining_ = true;
    is_retired_ = true;
    back_off_timer_.cancel();
    std::vector<Assignment> waiting;
    std::ranges::move(std::exchange(waiting_, {}), std::back_inserter(waiting));
    for (const auto& worker : workers_)
        if (worker->is_idle()) worker->leave();
    if (workers_.empty()) callbacks_.emptied();
    interrupt_after(drain_timeout_, &Run::drain);
    return waiting;
}

// Harder each time.
void WorkerPool::interrupt_after(Duration pause, void (Run::*press)(Interruption)) {
    drain_timer_.after(pause, [this, press] {
        for_each_run([&](Run& run) { (run.*press)(Interruption::plugin_replaced); });
        if (press == &Run::drain)
            interrupt_after(kSavePeriod, &Run::cancel);
        else if (press != &Run::kill)
            interrupt_after(kCancelPeriod, &Run::kill);
    });
}

void WorkerPool::dismiss() {
    for (const auto& worker : workers_)
        if (worker->is_idle()) worker->leave();
}

void WorkerPool::cancel(Interruption why) {
    give_back_waiting();
    recall();
    for_each_run([&](Run& run) { run.cancel(why); });
}

void WorkerPool::cancel_run(const storage::HeldRun& run) {
    const auto is_meant = [&](const ClaimedJob& job) { return job.id == run.job && job.lease == run.lease; };
    const auto waiting = std::find_if(waiting_.begin(), waiting_.end(),
                                      [&](const Assignment& assignment) { return is_meant(assignment.job); });
    if (waiting != waiting_.end()) {
        const ClaimedJob job = std::move(waiting->job);
        waiting_.erase(waiting);
        callbacks_.ended(job, {.outcome = Outcome::cancelled, .finished_at = clock_.now()}, std::nullopt);
    }
    for (const auto& worker : workers_) {
        Run* const running = worker->find(run);
        if (running == nullptr) continue;
        running->cancel(run.why);
        if (running != worker->run()) worker->recall();
    }
}

void WorkerPool::kill(Interruption why) {
    give_back_waiting();
    for_each_run([&](Run& run) { run.kill(why); });
}

void WorkerPool::fence_off() {
    kill(Interruption::lease_ends);
    for (const auto& worker : workers_)
        worker->kill();
}

}  // namespace jobhost::host
