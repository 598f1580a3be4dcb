#include "host/execution/run.hpp"

#include "host/execution/job_weight.hpp"
#include "host/scheduling/references.hpp"
#include "storage/model/time_text.hpp"

#include <jobhost/plugin.h>

#include <spdlog/spdlog.h>

#include <iterator>

namespace jobhost::host {

namespace {

RunRequest request_of(const Assignment& assignment) {
    const ClaimedJob& job = assignment.job;
    return {
        .job = job.id,
        .lease = job.lease,
        .attempt = job.attempt,
        .scheduled_at = job.nominal_at,
        .type = assignment.type,
        .idempotency_key = "jobhost-" + std::to_string(job.id.value),
        .definition = job.definition,
        .arguments = job.policy.has_parent_references ? with_parent_results(job.arguments, job.parents)
                                                      : job.arguments,
        .payload_version = assignment.payload_version,
        .parents = job.parents,
    };
}

Outcome outcome_of(RunResult::How how) {
    switch (how) {
        case RunResult::How::succeeded:
            return Outcome::succeeded;
        case RunResult::How::failed:
            return Outcome::failed;
        case RunResult::How::fatal:
            return Outcome::fatal;
        case RunResult::How::crashed:
            return Outcome::crashed;
        case RunResult::How::snoozed:
            return Outcome::snoozed;
        case RunResult::How::cancelled:
        case RunResult::How::yielded:
            break;
    }
    return Outcome::interrupted;
}

std::string fallback_code(Outcome outcome) {
    switch (outcome) {
        case Outcome::succeeded:
        case Outcome::snoozed:
        case Outcome::not_begun:
            return "";
        case Outcome::crashed:
            return "crashed";
        case Outcome::interrupted:
            return "interrupted";
        case Outcome::cancelled:
            return "cancelled";
        case Outcome::timed_out:
            return "timed_out";
        case Outcome::failed:
        case Outcome::fatal:
            break;
    }
    return "failed";
}

}  // namespace

Run::Run(boost::asio::io_context& io, Assignment assignment, WorkerProcess& worker, const Clock& clock)
    : assignment_{std::move(assignment)},
      worker_{worker},
      clock_{clock},
      log_{assignment_.job.id, assignment_.job.lease},
      timer_{io} {
    worker_.run(request_of(assignment_));
}

void Run::begin() {
    started_at_ = clock_.now();
    if (why_stopped_ == Why::running)
        timer_.after(timeout(), [this] { on_timeout(); });
    else
        stop_for_good();
}

void Run::on_timeout() {
    if (is_asked_) return kill_if_possible();
    if (why_stopped_ == Why::running) why_stopped_ = Why::timeout;
    stop_for_good();
}

// Asked now, and killed if that does not help.
void Run::stop_for_good() {
    is_asked_ = true;
    worker_.ask_to_stop(JOBHOST_STOP_CANCEL);
    timer_.after(assignment_.job.policy.kill_after, [this] { on_timeout(); });
}

void Run::cancel(const std::string& why) {
    if (why_stopped_ == Why::cancelled) return;
    if (why_stopped_ == Why::running) {
        why_stopped_ = Why::cancelled;
        why_cancelled_ = why;
    }
    if (!is_asked_ && started_at_) stop_for_good();
}

void Run::drain(Interruption why) {
    interrupt(why);
    worker_.ask_to_stop(JOBHOST_STOP_DRAIN);
}

void Run::cancel(Interruption why) {
    interrupt(why);
    worker_.ask_to_stop(JOBHOST_STOP_CANCEL);
}

void Run::kill(Interruption why) {
    interrupt(why);
    if (why == Interruption::lease_ends)
        worker_.kill();
    else
        kill_if_possible();
}

void Run::kill_if_possible() {
    if (worker_.is_separate()) return worker_.kill();
    spdlog::error(
        "job {} ({}) does not end when asked, and cannot be killed, as its plugin runs inside the host: it "
        "goes "
        "on",
        job().id.value, type());
}

bool Run::hand_in_on_success(std::int64_t call, std::vector<NewJob> jobs) {
    if (calls_on_success_.contains(call)) return true;
    std::size_t size = size_on_success_;
    for (const NewJob& job : jobs)
        size += weight_of(job);
    if (jobs_on_success_.size() + jobs.size() > kMostJobsOnSuccess || size > kMostBytesOnSuccess)
        return false;
    calls_on_success_.insert(call);
    size_on_success_ = size;
    jobs_on_success_.insert(jobs_on_success_.end(), std::make_move_iterator(jobs.begin()),
                            std::make_move_iterator(jobs.end()));
    return true;
}

// The first reason is the one that counts.
void Run::interrupt(Interruption why) {
    if (why_stopped_ != Why::running) return;
    why_stopped_ = why == Interruption::host_stops   ? Why::host_stops
                   : why == Interruption::lease_ends ? Why::lease_ends
                                                     : Why::plugin_replaced;
}

// A job that fails or crashes by itself in the same moment is judged by what it did.
bool Run::was_stopped_by_host(const RunResult& result) const {
    using How = RunResult::How;
    return result.how == How::cancelled || result.how == How::yielded ||
           (result.how == How::crashed && (result.was_killed || result.was_fenced));
}

std::string Run::why_text() const {
    switch (why_stopped_) {
        case Why::timeout:
            return "it ran longer than " + to_text(timeout());
        case Why::cancelled:
            return why_cancelled_.empty() ? "somebody cancelled it" : why_cancelled_;
        case Why::host_stops:
            return "its host stopped";
        case Why::plugin_replaced:
            return "a later version of its plugin has taken over";
        case Why::running:  // its worker has ended by the fence
        case Why::lease_ends:
            break;
    }
    return "its host lost touch with the database";
}

RunEnd Run::end(RunResult result) const {
    RunEnd end{
        .outcome = outcome_of(result.how),
        .error_code = std::move(result.error_code),
        .error_message = std::move(result.error_message),
        .detail = std::move(result.detail),
        .result = std::move(result.result),
        .warnings = result.warnings,
        .started_at = started_at_,
        .finished_at = clock_.now(),
        .snooze = result.snooze,
        .jobs = jobs_on_success_,
    };
    if (why_stopped_ == Why::running && result.was_killed) {
        end.outcome = Outcome::interrupted;
        end.error_code = fallback_code(end.outcome);
        end.error_message = "the run before it in the same worker was killed while that had come to this one";
    } else if ((why_stopped_ != Why::running || result.was_fenced) && was_stopped_by_host(result)) {
        end.outcome = why_stopped_ == Why::timeout     ? Outcome::timed_out
                      : why_stopped_ == Why::cancelled ? Outcome::cancelled
                                                       : Outcome::interrupted;
        end.error_code = fallback_code(end.outcome);
        end.error_message = why_text();
        if (result.was_killed) end.error_message += " and was killed, because it did not end when asked";
        if (result.was_fenced) end.error_message += ", and its worker ended by itself";
    }
    if (end.error_code.empty()) end.error_code = fallback_code(end.outcome);
    return end;
}

RunEnd refused_end(const std::string& code, const std::string& why, TimePoint now) {
    return {.outcome = Outcome::fatal,
            .error_code = code,
            .error_message = why,
            .detail = {},
            .result = {},
            .started_at = std::nullopt,
            .finished_at = now};
}

}  // namespace jobhost::host
