#include "host/execution/settle.hpp"

namespace jobhost::host {

namespace {

// What is decided; the rest of a settlement is copied.
struct Decision {
    Cause cause;
    State target;
};

Decision failed_for_good(const RunEnd& end, Reason reason) {
    return {Cause::failed, Failed{end.finished_at, reason}};
}

// Runs that were lost with their host used no retry.
int retry_number(const ClaimedJob& job) {
    return job.attempt - job.recoveries;
}

Decision retry_or_give_up(const ClaimedJob& job, const RunEnd& end, double random) {
    const RetryPolicy& policy = job.policy.retry;
    if (!is_retried(policy, end.error_code)) return failed_for_good(end, Reason::fatal);
    if (const auto delay = delay_before_retry(policy, retry_number(job), random)) {
        if (*delay == Duration::zero()) return {Cause::retried_at_once, Enqueued{end.finished_at}};
        return {Cause::retried, Scheduled{end.finished_at + *delay, Reason::retry}};
    }
    const Reason reason = end.outcome == Outcome::timed_out ? Reason::timed_out : Reason::exhausted;
    if (policy.on_exhausted == OnExhausted::remove) return {Cause::deleted, Deleted{end.finished_at, reason}};
    return failed_for_good(end, reason);
}

Decision decide(const ClaimedJob& job, const RunEnd& end, double random) {
    switch (end.outcome) {
        case Outcome::succeeded:
            return {Cause::succeeded,
                    Succeeded{end.started_at.value_or(end.finished_at), end.finished_at, end.result}};
        case Outcome::fatal:
            return failed_for_good(end, Reason::fatal);
        case Outcome::cancelled:
            return {Cause::cancelled, Deleted{end.finished_at, Reason::cancelled}};
        case Outcome::crashed:
            if (job.crashes + 1 >= kMostCrashes) return failed_for_good(end, Reason::quarantined);
            return retry_or_give_up(job, end, random);
        case Outcome::interrupted:
            if (job.interruptions + 1 >= kMostInterruptions) return retry_or_give_up(job, end, random);
            return {Cause::interrupted, Enqueued{end.finished_at}};
        case Outcome::snoozed:
            return {Cause::snoozed, Scheduled{end.finished_at + end.snooze, Reason::snoozed}};
        case Outcome::not_begun:
            return {Cause::given_back, Enqueued{end.finished_at}};
        case Outcome::failed:
        case Outcome::timed_out:
            break;
    }
    return retry_or_give_up(job, end, random);
}

JobEvent event_of(const ClaimedJob& job, const RunEnd& end, Cause cause, const std::string& server) {
    return {.at = end.finished_at,
            .cause = cause,
            .attempt = job.attempt,
            .error_code = end.error_code,
            .message = end.error_message,
            .by = server,
            .detail = end.detail};
}

// A run that succeeded, but for the jobs that it hands in.
storage::Settlement::Refused refused_end_of(const ClaimedJob& job, const RunEnd& succeeded, double random,
                                            const std::string& server) {
    RunEnd end{.outcome = Outcome::failed,
               .error_code = "jobs_refused",
               .error_message = "the run succeeded, but the jobs that it hands in on success are refused",
               .finished_at = succeeded.finished_at};
    Decision decision = decide(job, end, random);
    return {decision.cause, std::move(decision.target), event_of(job, end, decision.cause, server)};
}

}  // namespace

storage::Settlement settlement_of(const ClaimedJob& job, const RunEnd& end, double random,
                                  const std::string& server) {
    Decision decision = decide(job, end, random);
    storage::Settlement settlement{
        .job = job.id,
        .lease = job.lease,
        .cause = decision.cause,
        .target = std::move(decision.target),
        .started_at = end.started_at,
        .new_crashes = end.outcome == Outcome::crashed ? 1 : 0,
        .new_interruptions = end.outcome == Outcome::interrupted ? 1 : 0,
        .new_warnings = end.warnings,
    };
    if (!end.error_code.empty()) settlement.event = event_of(job, end, settlement.cause, server);
    if (end.outcome == Outcome::succeeded && !end.jobs.empty()) {
        settlement.jobs = end.jobs;
        settlement.if_refused = refused_end_of(job, end, random, server);
    }
    return settlement;
}

}  // namespace jobhost::host
