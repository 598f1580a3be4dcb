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

// What the job itself wrote is shown as it is, or as a text if it is not JSON after all.
json::value parsed(const std::string& text) {
    if (text.empty()) return nullptr;
    json::error_code error;
    json::parse_options options;
    options.max_depth = worker::kMaxJsonDepth;
    json::value value = json::parse(text, error, {}, options);
    return error ? json::value(text) : value;
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

}  // namespace jobhost::host
