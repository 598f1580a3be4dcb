#include "host/requests/job_request.hpp"

#include "host/requests/bad_request.hpp"
#include "host/requests/json_member.hpp"
#include "host/requests/known_keys.hpp"
#include "host/requests/repeated_key.hpp"
#include "host/requests/spellings.hpp"
#include "host/worker/limits.hpp"
#include "storage/model/time_text.hpp"

#include <array>

namespace jobhost::host {

namespace {

namespace json = boost::json;

[[noreturn]] void refuse(const std::string& why) {
    throw BadRequest{why};
}

constexpr std::array<std::string_view, 14> kKeys{"type",   "args",       "queue",  "priority", "in",
                                                 "at",     "expires_in", "after",  "on",       "delay",
                                                 "unique", "tags",       "limits", "batch"};
constexpr std::array<std::string_view, 3> kUniqueKeys{"key", "while", "on_conflict"};

std::string text_at(const json::object& line, const char* key) {
    const json::value& value = line.at(key);
    if (!value.is_string()) refuse("'" + std::string{key} + "' must be a text");
    return std::string{value.get_string()};
}

Duration duration_at(const json::object& line, const char* key) {
    const std::string text = text_at(line, key);
    const auto duration = parse_duration(text);
    if (!duration) refuse("'" + std::string{key} + "' must be " + std::string{kDurationTexts});
    return *duration;
}

// Calls `each` with the only value, or with each of a list.
template <class Each>
void for_each_at(const json::object& line, const char* key, Each each) {
    const json::value* value = line.if_contains(key);
    if (value == nullptr) return;
    if (!value->is_array()) return each(*value);
    for (const json::value& item : value->get_array())
        each(item);
}

// JSON's numbers end at 2^53 for many; a text is always right.
std::int64_t id_of(const json::value& value, const char* key) {
    if (value.is_int64() && value.get_int64() > 0) return value.get_int64();
    if (value.is_string())
        if (const auto id = parse_id(value.get_string())) return *id;
    refuse("'" + std::string{key} + "' must name jobs or batches by their ids, such as \"12\"");
}

Unique unique_at(const json::object& line) {
    Unique unique;
    const json::value& value = line.at("unique");
    if (value.is_string()) {
        unique.key = value.get_string();
        return unique;
    }
    if (!value.is_object()) refuse("'unique' must be a text, or an object with 'key'");
    const json::object& object = value.get_object();
    check_keys(object, kUniqueKeys);
    if (!object.contains("key")) refuse("'key' of 'unique' is missing");
    unique.key = text_at(object, "key");
    if (object.contains("while") && !parse_held_while(text_at(object, "while"), unique))
        refuse("'while' must be " + std::string{kHeldWhileTexts});
    if (object.contains("on_conflict")) {
        const auto conflict = parse_on_conflict(text_at(object, "on_conflict"));
        if (!conflict) refuse("'on_conflict' must be " + std::string{kOnConflictTexts});
        unique.on_conflict = *conflict;
    }
    return unique;
}

// What the job waits for, and what it is kept apart by.
void read_ties(const json::object& line, JobRequest& request) {
    for_each_at(line, "after",
                [&](const json::value& value) { request.after.push_back(id_of(value, "after")); });
    if (line.contains("on")) {
        request.on = parse_condition(text_at(line, "on"));
        if (!request.on) refuse("'on' must be succeeded, failed, finished or deleted");
    }
    if (line.contains("delay")) request.delay = duration_at(line, "delay");
    if (line.contains("unique")) request.unique = unique_at(line);
    for_each_at(line, "tags", [&](const json::value& value) {
        if (!value.is_string()) refuse("'tags' must be texts");
        request.tags.emplace_back(value.get_string());
    });
    for_each_at(line, "limits", [&](const json::value& value) {
        const auto use = value.is_string() ? parse_limit_use(value.get_string()) : std::nullopt;
        if (!use) refuse("'limits' must be names of limits, such as \"smtp\" or \"tenant:acme\"");
        request.limits.push_back(*use);
    });
    if (const json::value* batch = line.if_contains("batch")) request.batch = BatchId{id_of(*batch, "batch")};
}

// All but the arguments.
JobRequest read_request(const json::object& line) {
    check_keys(line, kKeys);
    if (!line.contains("type")) refuse("'type' is missing");
    JobRequest request;
    request.name = text_at(line, "type");
    if (line.contains("queue")) request.queue = text_at(line, "queue");
    if (const json::value* priority = line.if_contains("priority")) {
        json::error_code error;
        request.priority = priority->to_number<int>(error);
        if (error) refuse("'priority' must be a whole number from -1000 to 1000");
    }
    if (line.contains("in")) request.in = duration_at(line, "in");
    if (line.contains("at")) {
        request.at = parse_instant(text_at(line, "at"));
        if (!request.at) refuse("'at' must be " + std::string{kInstantTexts});
    }
    if (line.contains("expires_in")) request.expires_in = duration_at(line, "expires_in");
    read_ties(line, request);
    return request;
}

}  // namespace

JobRequest job_request(const json::object& object) {
    JobRequest request = read_request(object);
    if (const json::value* arguments = object.if_contains("args"))
        request.arguments = json::serialize(*arguments);
    return request;
}

JobRequest job_request(std::string_view text) {
    json::parse_options options;
    options.max_depth = worker::kMaxJsonDepth + 1;  // of the arguments, which lie in it
    json::error_code error;
    const json::value object = json::parse(text, error, {}, options);
    if (error) refuse("it is not JSON: " + error.message());
    if (!object.is_object()) refuse("it must be a JSON object, such as {\"type\": \"mail.send\"}");
    refuse_repeated_keys(text);
    JobRequest request = read_request(object.get_object());
    if (object.get_object().contains("args")) request.arguments = json_member(text, "args");
    return request;
}

}  // namespace jobhost::host
