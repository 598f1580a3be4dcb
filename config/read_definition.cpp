#include "config/read_definition.hpp"

#include "config/read_retention.hpp"
#include "config/values.hpp"

namespace jobhost::config {
namespace {

using namespace std::chrono_literals;

constexpr Duration kShortest = 1ms;  // of a timeout

template <class T>
void set(T& target, std::optional<T> value) {
    if (value) target = *std::move(value);
}

void read_type(Reader& reader, const Value& value, PlacedDefinition& placed) {
    placed.type_where = reader.position(*value.node);
    const auto type = reader.text(value);
    if (!type) return;
    if (is_job_type(*type)) {
        placed.definition.type = *type;
    } else {
        reader.refuse(value, "must be a job type, is " + in_quotes(*type),
                      "write plugin.type in small letters, digits and _, like mail.send");
    }
}

ReadDefinition read_one(Reader& reader, const Value& key, const Value& value, const Retention& retention) {
    ReadDefinition read;
    read.placed.where = reader.position(*key.node);
    read.placed.path = value.path;
    Definition& definition = read.placed.definition;
    definition.name = key.node->text;
    Policy& policy = definition.policy;
    policy.retention = retention;
    bool has_type = false;
    Keys keys;
    keys.on("type", [&](const Value& type) {
        has_type = true;
        read_type(reader, type, read.placed);
    });
    keys.on("args", [&](const Value& args) { read_arguments(reader, args, definition.arguments); });
    keys.on("queue", [&](const Value& queue) {
        read.queue = queue;
        set(definition.queue.value, reader.name(queue));
    });
    keys.on("priority",
            [&](const Value& v) { set(definition.priority, reader.whole_number(v, -1000, 1000)); });
    keys.on("delay", [&](const Value& v) { set(definition.delay, reader.duration(v, 0s)); });
    keys.on("schedule", [&](const Value& v) { read_schedule(reader, v, definition.schedule); });
    keys.on("retry", [&](const Value& v) { read_retry(reader, v, policy.retry); });
    keys.on("timeout", [&](const Value& v) { set(policy.timeout, reader.duration(v, kShortest)); });
    keys.on("kill_after", [&](const Value& v) { set(policy.kill_after, reader.duration(v, 0s)); });
    keys.on("retention", [&](const Value& v) { read_retention(reader, v, policy.retention); });
    reader.read_mapping(value, keys);
    const bool can_have_type =
        value.node->kind == Node::Kind::mapping || value.node->kind == Node::Kind::null;
    if (!has_type && can_have_type)
        reader.refuse({key.node, value.path}, "has no 'type'", "name the job to run, like type: mail.send");
    return read;
}

}  // namespace

std::vector<ReadDefinition> read_definitions(Reader& reader, const Node& root, const Retention& retention) {
    std::vector<ReadDefinition> definitions;
    const auto read_jobs = [&](const Value& jobs) {
        reader.read_entries(jobs, [&](const Value& key, const Value& value) {
            const auto name = reader.name(key);
            ReadDefinition read = read_one(reader, key, value, retention);
            if (name) definitions.push_back(std::move(read));
        });
    };
    Keys keys;
    keys.on("jobs", read_jobs);
    reader.read_mapping({&root, ""}, keys);
    return definitions;
}

}  // namespace jobhost::config
