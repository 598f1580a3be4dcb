#include "storage/soci/queue_rows.hpp"

#include "storage/soci/instants.hpp"
#include "storage/soci/lane_rows.hpp"

#include <map>
#include <utility>

namespace jobhost::storage {

namespace {

using Maybe = std::optional<long long>;

bool is_over(const Maybe& until, TimePoint now) {
    return until && instant(*until) <= now;
}

}  // namespace

void pause_queue(Session& session, const QueueName& queue, const std::string& by, const std::string& reason,
                 std::optional<TimePoint> until) {
    session.execute("queue_insert", {{"name", queue.value}});
    long long paused_at = micros(session.now());
    std::string paused_by = by;
    for (auto& [since, end, first_by] :
         session.rows<Maybe, Maybe, std::string>("queue_find", {{"name", queue.value}}))
        if (since && !is_over(end, session.now())) {  // it is paused already, by whoever did it first
            paused_at = *since;
            paused_by = std::move(first_by);
        }
    session.execute("queue_put", {{"name", queue.value},
                                  {"paused_at", paused_at},
                                  {"until", micros(until)},
                                  {"by", paused_by},
                                  {"reason", reason}});
    session.announce();
}

bool resume_queue(Session& session, const QueueName& queue) {
    const auto found = session.rows<Maybe, Maybe, std::string>("queue_find", {{"name", queue.value}});
    if (found.empty() || !std::get<0>(found.front()) || is_over(std::get<1>(found.front()), session.now()))
        return false;
    session.execute("queue_put", {{"name", queue.value},
                                  {"paused_at", Maybe{}},
                                  {"until", Maybe{}},
                                  {"by", std::string{}},
                                  {"reason", std::string{}}});
    session.announce();
    return true;
}

std::vector<QueueState> list_queues(Session& session) {
    std::map<QueueName, QueueState> found;
    for (Lane& lane : read_lanes(session))
        found.try_emplace(lane.queue, QueueState{.name = lane.queue});
    for (auto& [name, paused_at, until, by, reason] :
         session.rows<std::string, Maybe, Maybe, std::string, std::string>("queue_list")) {
        QueueState& state =
            found.try_emplace(QueueName{name}, QueueState{.name = QueueName{name}}).first->second;
        if (!paused_at || is_over(until, session.now())) continue;
        state.paused_at = instant(paused_at);
        state.paused_until = instant(until);
        state.paused_by = std::move(by);
        state.reason = std::move(reason);
    }
    std::vector<QueueState> queues;
    for (auto& [name, state] : found)
        queues.push_back(std::move(state));
    return queues;
}

}  // namespace jobhost::storage
