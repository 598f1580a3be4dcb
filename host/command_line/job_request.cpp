#include "host/command_line/job_request.hpp"

#include "config/nearest_name.hpp"
#include "config/values.hpp"
#include "host/command_line/json_member.hpp"
#include "host/command_line/opened.hpp"
#include "host/scheduling/job_of_definition.hpp"
#include "host/worker/json_text.hpp"
#include "host/worker/limits.hpp"
#include "storage/model/time_text.hpp"

#include <boost/json.hpp>

#include <array>

namespace jobhost::host {

namespace {

namespace json = boost::json;

[[noreturn]] void refuse(const std::string& why) {
    throw CommandError{kWrongUse, why};
}

constexpr std::array<std::string_view, 7> kKeys{"type", "args", "queue",     "priority",
                                                "in",   "at",   "expires_in"};

std::string text_at(const json::object& line, const char* key) {
    const json::value& value = line.at(key);
    if (!value.is_string()) refuse("'" + std::string{key} + "' must be a text");
    return std::string{value.get_string()};
}

Duration duration_at(const json::object& line, const char* key) {
    const std::string text = text_at(line, key);
    const auto duration = parse_duration(text);
    if (!duration) refuse("'" + std::string{key} + "' must be a duration such as 10s or 1h30m");
    return *duration;
}

void check_keys(const json::object& line) {
    for (const auto& member : line) {
        const std::string_view key = member.key();
        if (std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end()) continue;
        const auto nearest = config::nearest_name(key, kKeys);
        refuse(config::in_quotes(key) + " is not known here" +
               (nearest ? "; did you mean '" + std::string{*nearest} + "'?" : ""));
    }
    if (!line.contains("type")) refuse("'type' is missing");
}

// The arguments are for the job to understand, and stay as they stand in `text`.
EnqueueOptions options_of(const json::object& line, std::string_view text) {
    check_keys(line);
    EnqueueOptions options;
    options.name = text_at(line, "type");
    if (line.contains("args")) options.arguments = json_member(text, "args");
    if (line.contains("queue")) options.queue = text_at(line, "queue");
    if (const json::value* priority = line.if_contains("priority")) {
        json::error_code error;
        options.priority = priority->to_number<int>(error);
        if (error) refuse("'priority' must be a whole number from -1000 to 1000");
    }
    if (line.contains("in")) options.in = duration_at(line, "in");
    if (line.contains("at")) {
        options.at = parse_instant(text_at(line, "at"));
        if (!options.at) refuse("'at' must be an instant such as 2026-12-01T09:00:00+03:00");
    }
    if (line.contains("expires_in")) options.expires_in = duration_at(line, "expires_in");
    return options;
}

// Of arguments that lie `above` levels deep in the text.
json::value parsed(const std::string& text, std::size_t above, json::error_code& error) {
    json::parse_options options;
    options.max_depth = worker::kMaxJsonDepth + above;
    return json::parse(text, error, {}, options);
}

void check_arguments(const std::string& text) {
    json::error_code error;
    const json::value arguments = parsed(text, 0, error);
    if (error) refuse("the arguments are not JSON: " + error.message());
    if (!arguments.is_object())
        refuse("the arguments must be a JSON object, such as {\"to\": \"a@example.com\"}");
    if (!worker::is_json(text)) refuse("the arguments hold a number that is too large");
}

// Whatever the store would refuse is refused here, where a line of a file can still be named, and before the
// lines above it are handed in.
void check(const NewJob& job) {
    if (!config::is_name(job.queue.value))
        refuse("the queue must be 1 to 100 of A-Z a-z 0-9 _ . -, is " + config::in_quotes(job.queue.value));
    if (job.priority < kMinPriority || job.priority > kMaxPriority)
        refuse("the priority must be a whole number from -1000 to 1000, is " + std::to_string(job.priority));
    if (job.arguments.size() > kMaxArgumentsSize)
        refuse("the arguments are " + std::to_string(job.arguments.size()) + " bytes; at most " +
               std::to_string(kMaxArgumentsSize) +
               " are allowed: put large data into a file and hand over its path");
}

}  // namespace

// Job types have a dot in their names and definitions may have one too: the definition goes first.
NewJob JobRequests::named(const std::string& name) {
    const auto [found, is_new] = stored_.try_emplace(name);
    if (is_new) found->second = definitions_.find(name);
    if (const auto& stored = found->second) {
        NewJob job = job_of_definition(stored->definition, clock_.now());
        job.definition = stored->id;
        return job;
    }
    for (const config::Source& source : configuration_.sources)
        for (const config::PlacedDefinition& placed : source.definitions)
            if (placed.definition.name == name) return job_of_definition(placed.definition, clock_.now());
    NewJob job;
    job.type = name;
    job.policy.retention = configuration_.settings.retention;
    return job;
}

std::string JobRequests::nearest_definition(const std::string& name) const {
    std::vector<std::string_view> names;
    for (const config::Source& source : configuration_.sources)
        for (const config::PlacedDefinition& placed : source.definitions)
            names.push_back(placed.definition.name);
    const auto nearest = config::nearest_name(name, names);
    return nearest ? "; did you mean '" + std::string{*nearest} + "'?" : "";
}

NewJob JobRequests::from_options(const EnqueueOptions& options) {
    if (options.in && options.at) refuse("say when either by 'in' or by 'at', not by both");
    NewJob job = named(options.name);
    if (!config::is_job_type(job.type))
        refuse("there is no definition " + config::in_quotes(job.type) +
               ", nor is it a job type such as mail.send" + nearest_definition(job.type));
    const auto version = types_.payload_version(job.type);
    if (!version && !options.allow_unknown_type) refuse(types_.unknown_text(job.type));
    job.payload_version = version.value_or(1);
    if (options.arguments) {
        check_arguments(*options.arguments);
        job.arguments = *options.arguments;
    }
    if (options.queue) job.queue = QueueName{*options.queue};
    if (options.priority) job.priority = *options.priority;
    if (options.in) job.due_at = clock_.now() + *options.in;
    if (options.at) job.due_at = *options.at;
    if (options.expires_in) job.expires_at = job.due_at.value_or(clock_.now()) + *options.expires_in;
    check(job);
    return job;
}

NewJob JobRequests::from_json(const std::string& line, bool allow_unknown_type) {
    json::error_code error;
    const json::value request = parsed(line, 1, error);
    if (error) refuse("it is not JSON: " + error.message());
    if (!request.is_object()) refuse("it must be a JSON object");
    EnqueueOptions options = options_of(request.get_object(), line);
    options.allow_unknown_type = allow_unknown_type;
    return from_options(options);
}

}  // namespace jobhost::host
