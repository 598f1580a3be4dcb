#include "host/command_line/job_json.hpp"

#include "host/worker/limits.hpp"
#include "storage/model/time_text.hpp"

namespace jobhost::host {

namespace json = boost::json;

namespace {

json::value instant_or_null(const std::optional<TimePoint>& instant) {
    if (!instant) return nullptr;
    return json::value(to_text(*instant));
}

json::value text_or_null(std::string_view text) {
    if (text.empty()) return nullptr;
    return json::value(text);
}

template <class Id>
json::value id_or_null(const std::optional<Id>& id) {
    if (!id) return nullptr;
    return json::value(std::to_string(id->value));
}

json::value use_or_null(const std::optional<LimitUse>& use) {
    if (!use) return nullptr;
    return json::object{{"limit", use->limit}, {"key", text_or_null(use->key)}};
}

// What the job itself wrote is shown as it is, or as a text if it is not JSON after all.
json::value parsed(const std::string& text) {
    if (text.empty()) return nullptr;
    json::error_code error;
    json::parse_options options;
    options.max_depth = worker::kMaxJsonDepth;
    json::value value = json::parse(text, error, {}, options);
    return error ? json::value(text) : value;
}

json::array array_of_uses(const std::vector<LimitUse>& uses) {
    json::array array;
    for (const LimitUse& use : uses)
        array.push_back(use_or_null(use));
    return array;
}

}  // namespace

Reason reason_of(const State& state) noexcept {
    return std::visit(
        [](const auto& facts) {
            if constexpr (requires { facts.reason; })
                return facts.reason;
            else
                return Reason::none;
        },
        state);
}

std::optional<TimePoint> due_at_of(const State& state) noexcept {
    if (const auto* scheduled = std::get_if<Scheduled>(&state)) return scheduled->due_at;
    return std::nullopt;
}

std::string result_of(const State& state) {
    if (const auto* succeeded = std::get_if<Succeeded>(&state)) return succeeded->result;
    return {};
}

json::object to_json(const Job& job) {
    return {
        {"id", std::to_string(job.id.value)},
        {"type", job.type},
        {"payload_version", job.payload_version},
        {"definition", text_or_null(job.definition)},
        {"queue", job.queue.value},
        {"priority", job.priority},
        {"state", to_string(name_of(job.state))},
        {"reason", text_or_null(to_string(reason_of(job.state)))},
        {"attempt", job.attempt},
        {"retry_attempts", job.policy.retry.attempts},
        {"crashes", job.crashes},
        {"recoveries", job.recoveries},
        {"warnings", job.warnings},
        {"server", text_or_null(job.server)},
        {"created_at", to_text(job.created_at)},
        {"due_at", instant_or_null(due_at_of(job.state))},
        {"started_at", instant_or_null(job.started_at)},
        {"finished_at", instant_or_null(job.finished_at)},
        {"expires_at", instant_or_null(job.expires_at)},
        {"nominal_at", instant_or_null(job.nominal_at)},
        {"cancel_requested_at", instant_or_null(job.cancel_requested_at)},
        {"batch", id_or_null(job.batch)},
        {"creator", id_or_null(job.creator)},
        {"tags", json::value_from(job.tags)},
        {"limits", array_of_uses(job.limits)},
        {"promised", array_of_uses(job.promised)},
        {"parked_on", use_or_null(job.parked_on)},
        {"unreadable", text_or_null(job.unreadable)},
        {"args", parsed(job.arguments)},
        {"result", parsed(result_of(job.state))},
    };
}

json::object to_json(const JobEvent& event) {
    return {
        {"at", to_text(event.at)},
        {"cause", to_string(event.cause)},
        {"attempt", event.attempt},
        {"error_code", text_or_null(event.error_code)},
        {"message", text_or_null(event.message)},
        {"by", text_or_null(event.by)},
        {"detail", text_or_null(event.detail)},
    };
}

json::object to_json(const storage::LogLine& line) {
    return {
        {"at", to_text(line.at)},
        {"lease", line.lease.value},
        {"level", line.level},
        {"text", line.text},
    };
}

json::object to_json(const storage::StateCounts& counts) {
    json::object object;
    for (std::size_t i = 0; i < counts.size(); ++i)
        object[kStateNames[i]] = counts[i];
    return object;
}

json::object to_json(const Batch& batch) {
    return {
        {"id", std::to_string(batch.id.value)},
        {"name", text_or_null(batch.name)},
        {"within", id_or_null(batch.within)},
        {"state", to_string(batch.state)},
        {"members", batch.members},
        {"unfinished", batch.unfinished},
        {"unsuccessful", batch.unsuccessful},
        {"jobs", to_json(batch.jobs)},
        {"created_at", to_text(batch.created_at)},
        {"finished_at", instant_or_null(batch.finished_at)},
        {"cancel_requested_at", instant_or_null(batch.cancel_requested_at)},
    };
}

json::object to_json(const storage::Command& command) {
    return {
        {"id", std::to_string(command.id.value)},
        {"verb", to_string(command.verb)},
        {"by", text_or_null(command.by)},
        {"job", id_or_null(command.job)},
        {"queue", text_or_null(command.queue ? command.queue->value : "")},
        {"definition", text_or_null(command.definition)},
        {"filter", parsed(command.filter)},
        {"looked_at", command.looked_at},
        {"done", command.done},
        {"not_possible", command.not_possible},
        {"created_at", to_text(command.created_at)},
        {"finished_at", instant_or_null(command.finished_at)},
    };
}

json::object to_json(const storage::QueueState& queue) {
    return {
        {"name", queue.name.value},
        {"is_paused", queue.paused_at.has_value()},
        {"paused_at", instant_or_null(queue.paused_at)},
        {"paused_until", instant_or_null(queue.paused_until)},
        {"paused_by", text_or_null(queue.paused_by)},
        {"reason", text_or_null(queue.reason)},
    };
}

json::object to_json(const storage::SlotCounts& slots) {
    return {
        {"taken", slots.taken},
        {"parked", slots.parked},
        {"opens_at", instant_or_null(slots.opens_at)},
    };
}

json::object to_json(const storage::LimitUsage& usage) {
    const bool has_window = usage.limit.kind != LimitKind::concurrent;
    json::object object{
        {"name", usage.limit.name},
        {"kind", to_string(usage.limit.kind)},
        {"capacity", usage.limit.capacity},
        {"window", text_or_null(has_window ? to_text(usage.limit.window) : "")},
        {"keys", usage.keys},
    };
    for (const auto& member : to_json(usage.slots))
        object.insert(member);
    return object;
}

json::object to_json(const storage::KeyUsage& usage) {
    json::object object{{"key", usage.key}};
    for (const auto& member : to_json(usage.slots))
        object.insert(member);
    return object;
}

json::object to_json(const storage::ServerInfo& server) {
    return {
        {"id", std::to_string(server.id.value)},
        {"incarnation", server.incarnation},
        {"name", server.name},
        {"application", server.application},
        {"host_name", server.host_name},
        {"pid", server.pid},
        {"workers", server.workers},
        {"queues", json::array(server.queues.begin(), server.queues.end())},
        {"state", to_string(server.state)},
        {"started_at", to_text(server.started_at)},
        {"stopped_at", instant_or_null(server.stopped_at)},
    };
}

std::string_view to_string(storage::ServerState state) noexcept {
    switch (state) {
        case storage::ServerState::live:
            return "live";
        case storage::ServerState::stopped:
            return "stopped";
        case storage::ServerState::dead:
            return "dead";
    }
    return "unknown";
}

}  // namespace jobhost::host
