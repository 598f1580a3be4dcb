#include "host/execution/pooled_worker.hpp"

#include "host/execution/level_name.hpp"
#include "host/plugin/process_memory.hpp"
#include "storage/model/time_text.hpp"

#include <jobhost/plugin.h>

#include <spdlog/spdlog.h>

#include <algorithm>

namespace jobhost::host {

namespace {

// How long a job waits for one before it in the same worker, while others could take it.
constexpr Duration kPatience = std::chrono::milliseconds{10};
// Between two looks at the memory of a worker that has ended a run.
constexpr Duration kLookPeriod = std::chrono::milliseconds{100};

}  // namespace

WorkerPool::Worker::Worker(WorkerPool& pool, bool is_separate)
    : pool_{pool},
      idle_timer_{pool.io_},
      patience_timer_{pool.io_},
      process_{is_separate ? WorkerProcess{pool.io_, *pool.plugin_->image, pool.options_, *this}
                           : WorkerProcess{pool.io_, *pool.resident_, pool.options_, *this}} {
    set_fence(pool_.callbacks_.fence());
}

void WorkerPool::Worker::begin(Assignment assignment) {
    auto run = std::make_unique<Run>(pool_.io_, std::move(assignment), process_, pool_.clock_);
    idle_timer_.cancel();
    ++count_;
    runs_.push_back(std::move(run));
    if (runs_.size() == 1) next();
}

bool WorkerPool::Worker::has_room() const noexcept {
    return !is_leaving_ && !is_slow_ && reason_to_leave_.empty() && process_.has_room() &&
           count_ < pool_.most_runs_;
}

const std::string& WorkerPool::Worker::reason_to_leave() {
    if (reason_to_leave_.empty()) reason_to_leave_ = find_reason_to_leave();
    return reason_to_leave_;
}

std::string WorkerPool::Worker::find_reason_to_leave() {
    const config::Recycling& recycle = pool_.options_.hosting.recycle;
    if (count_ >= pool_.most_runs_) return "it has run " + std::to_string(count_) + " jobs";
    const BootTime now = worker::boot_time_now();
    if (now - began_at_ >= recycle.age) return "it is older than " + to_text(recycle.age);
    if (!recycle.memory_growth || now < looked_at_ + kLookPeriod) return "";
    looked_at_ = now;
    const std::uint64_t memory = resident_memory_of(process_.pid()).value_or(0);
    if (memory < first_memory_ + *recycle.memory_growth) return "";
    return "its memory has grown from " + std::to_string(first_memory_ >> 20) + " to " +
           std::to_string(memory >> 20) + " MiB in " + std::to_string(count_) + " runs";
}

void WorkerPool::Worker::next() {
    patience_timer_.cancel();
    is_slow_ = false;
    if (runs_.empty()) return;
    runs_.front()->begin();
    if (!pool_.short_types_.contains(runs_.front()->type())) return;
    patience_timer_.after(kPatience, [this] {
        is_slow_ = true;
        recall();
        pool_.pump();
    });
}

std::unique_ptr<Run> WorkerPool::Worker::take_run() {
    auto run = std::move(runs_.front());
    runs_.pop_front();
    next();
    return run;
}

Run* WorkerPool::Worker::find(const storage::HeldRun& run) noexcept {
    const auto found = std::ranges::find_if(
        runs_, [&](const auto& held) { return held->job().id == run.job && held->job().lease == run.lease; });
    return found == runs_.end() ? nullptr : found->get();
}

bool WorkerPool::Worker::holds(JobId job) const noexcept {
    return std::ranges::any_of(runs_, [&](const auto& run) { return run->job().id == job; });
}

void WorkerPool::Worker::leave() {
    is_leaving_ = true;
    idle_timer_.cancel();
    process_.exit();
}

void WorkerPool::Worker::kill() {
    if (!runs_.empty()) return;
    is_leaving_ = true;
    idle_timer_.cancel();
    process_.kill();
}

void WorkerPool::Worker::watch_idleness(Duration period, std::function<void()> expired) {
    idle_timer_.after(period, std::move(expired));
}

void WorkerPool::Worker::on_ready(const PluginDescription&) {
    was_ready_ = true;
    first_memory_ = resident_memory_of(process_.pid()).value_or(0);
    pool_.on_worker_ready(*this);
}

void WorkerPool::Worker::on_refused(const std::string& reason, const std::string& remedy) {
    was_ready_ = true;  // not starting any more; on_ended() follows
    is_leaving_ = true;
    pool_.on_start_failed(reason + "; " + remedy);
}

void WorkerPool::Worker::on_log(std::optional<JobId> job, LogLevel level, const std::string& line) {
    if (job && run())
        run()->log().add(pool_.clock_.now(), level_name(level), line);
    else
        spdlog::info("plugin {}: {}: {}", pool_.plugin_->description.name, level_name(level), line);
}

void WorkerPool::Worker::on_output(std::optional<JobId> job, Stream stream, const std::string& line) {
    const std::string_view name = stream == Stream::out ? "stdout" : "stderr";
    if (job && run())
        run()->log().add(pool_.clock_.now(), name, line);
    else
        spdlog::info("plugin {}: {}: {}", pool_.plugin_->description.name, name, line);
}

void WorkerPool::Worker::on_request(worker::RequestMessage request) {
    if (const Run* asking = run())
        pool_.callbacks_.requested({asking->job().id, asking->job().lease, std::move(request)});
}

void WorkerPool::Worker::answer(JobAnswer answer) {
    if (!answer.jobs.empty() && !run()->hand_in_on_success(answer.call, std::move(answer.jobs))) {
        answer.reply.status = JOBHOST_LIMIT;
        answer.reply.problem =
            "a run can hand in at most 1,000 jobs of 4 MiB on success, all its calls together, and this call "
            "is over that; hand in one job that hands in the others";
    }
    process_.reply(answer.reply);
}

void WorkerPool::Worker::on_finished(RunResult result) {
    if (result.was_killed) is_leaving_ = true;  // by us, and not by itself
    pool_.on_run_ended(*this, std::move(result));
}

void WorkerPool::Worker::on_not_begun(std::size_t count) {
    std::vector<std::unique_ptr<Run>> runs;
    for (; count > 0; --count) {
        runs.push_back(std::move(runs_.back()));
        runs_.pop_back();
    }
    if (runs_.empty()) next();
    count_ -= runs.size();
    pool_.on_not_begun(*this, std::move(runs));
}

void WorkerPool::Worker::on_ended(const std::string& how) {
    if (!is_leaving_ && process_.was_fenced())
        spdlog::warn("plugin {}: a worker ended because the lease was not renewed in time",
                     pool_.plugin_->description.name);
    else if (!is_leaving_ && count_ == 0)
        pool_.on_start_failed("it ended before its first run: " + how);
    else if (!is_leaving_)
        spdlog::warn("plugin {}: a worker ended by itself: {}", pool_.plugin_->description.name, how);
    pool_.on_worker_ended(*this);  // destroys this
}

}  // namespace jobhost::host
