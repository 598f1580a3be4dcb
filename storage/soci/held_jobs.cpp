#include "storage/soci/held_jobs.hpp"

#include "storage/soci/id_list.hpp"
#include "storage/soci/instants.hpp"

#include <algorithm>
#include <utility>

namespace jobhost::storage {

std::vector<HeldJob> hold_jobs(Session& session, const std::vector<JobId>& ids) {
    using Maybe = std::optional<long long>;
    std::vector<HeldJob> held;
    if (ids.empty()) return held;
    for (const auto& [id, lane, state, reason, flags, batch, due_at, delay, priority, order_key, attempt,
                      started_at, asked_at] :
         session.rows<long long, long long, int, int, int, Maybe, Maybe, Maybe, int, long long, int, Maybe,
                      Maybe>("job_hold", {{"ids", id_list(ids)}})) {
        HeldJob job{.id = JobId{id},
                    .lane = LaneId{lane},
                    .state = static_cast<StateName>(state),
                    .reason = static_cast<Reason>(reason),
                    .flags = flags,
                    .due_at = instant(due_at),
                    .priority = priority,
                    .order_key = order_key,
                    .attempt = attempt,
                    .has_begun = attempt > 0 || started_at.has_value(),
                    .is_asked_to_stop = asked_at.has_value()};
        if (batch) job.batch = BatchId{*batch};
        if (delay) job.delay = Duration{*delay};
        held.push_back(job);
    }
    return held;
}

void JobMoves::enqueue(const HeldJob& job) {
    const TimePoint now = change_.session.now();
    put(job, {.state = StateName::enqueued,
              .order_key = micros(now - job.priority * change_.ageing),
              .is_enqueued_now = true});
    change_.session.announce();
}

void JobMoves::enqueue_again(const HeldJob& job) {
    put(job, {.state = StateName::enqueued});
    change_.session.announce();
}

void JobMoves::schedule(const HeldJob& job, TimePoint due_at, Reason reason) {
    put(job, {.state = StateName::scheduled,
              .reason = reason,
              .due_at = due_at,
              .order_key = micros(due_at - job.priority * change_.ageing)});
    change_.session.announce();
}

void JobMoves::release(const HeldJob& job) {
    const TimePoint now = change_.session.now();
    const TimePoint due_at = std::max(job.due_at.value_or(now), now + job.delay.value_or(Duration::zero()));
    if (due_at > now)
        schedule(job, due_at, Reason::delayed);
    else
        enqueue(job);
}

void JobMoves::wait(const HeldJob& job, Reason reason, const std::string& limit_key) {
    put(job, {.state = StateName::awaiting,
              .reason = reason,
              .due_at = limit_key.empty() ? job.due_at : std::nullopt,
              .limit_key = limit_key.empty() ? std::nullopt : std::optional{limit_key}});
}

void JobMoves::remove(const HeldJob& job, Reason reason) {
    put(job, {.state = StateName::deleted,
              .reason = reason,
              .due_at = job.state == StateName::awaiting ? job.due_at : std::nullopt});
}

void JobMoves::put(const HeldJob& job, const Place& place) {
    const TimePoint now = change_.session.now();
    boost::json::object row{{"id", job.id.value},
                            {"state", static_cast<int>(place.state)},
                            {"reason", static_cast<int>(place.reason)},
                            {"order_key", place.order_key.value_or(job.order_key)}};
    if (place.due_at) row["due_at"] = micros(*place.due_at);
    if (place.is_enqueued_now) row["enqueued_at"] = micros(now);
    if (is_final(place.state)) row["finished_at"] = micros(now);
    if (place.limit_key) row["limit_key"] = *place.limit_key;
    rows_.push_back(std::move(row));
    change_.tally.moved(job.lane, job.state, place.state);
}

void JobMoves::write() {
    if (rows_.empty()) return;
    change_.session.execute("job_put", {{"rows", boost::json::serialize(std::exchange(rows_, {}))}});
}

}  // namespace jobhost::storage
