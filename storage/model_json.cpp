#include "storage/model_json.hpp"

#include "storage/json_values.hpp"
#include "storage/schedule_json.hpp"
#include "storage/storage_error.hpp"

#include <boost/json.hpp>

namespace jobhost::storage {

namespace {

namespace json = boost::json;

constexpr std::size_t kMaxDepth = 200;  // batches lie in batches, and YAML has 64 levels

json::object backoff_to_json(const Backoff& backoff) {
    return std::visit(Overloaded{
                          [](const HangfireBackoff&) {
                              return json::object{{"kind", "hangfire"}};
                          },
                          [](const FixedBackoff& fixed) {
                              return json::object{{"kind", "fixed"}, {"delay", fixed.delay.count()}};
                          },
                          [](const ListBackoff& list) {
                              json::array delays;
                              for (const Duration delay : list.delays)
                                  delays.emplace_back(delay.count());
                              return json::object{{"kind", "list"}, {"delays", std::move(delays)}};
                          },
                          [](const ExponentialBackoff& growing) {
                              return json::object{{"kind", "exponential"},
                                                  {"first", growing.first.count()},
                                                  {"factor", growing.factor},
                                                  {"cap", growing.cap.count()},
                                                  {"jitter", growing.jitter}};
                          },
                      },
                      backoff);
}

Backoff backoff_from_json(const json::object& object) {
    const std::string kind = text_of(object.at("kind"));
    if (kind == "fixed") return FixedBackoff{duration_of(object.at("delay"))};
    if (kind == "list") {
        ListBackoff list;
        for (const json::value& delay : object.at("delays").as_array())
            list.delays.push_back(duration_of(delay));
        return list;
    }
    if (kind == "exponential")
        return ExponentialBackoff{duration_of(object.at("first")), object.at("factor").to_number<double>(),
                                  duration_of(object.at("cap")), object.at("jitter").to_number<double>()};
    return HangfireBackoff{};
}

json::object retention_to_json(const Retention& retention) {
    return {{"succeeded", retention.succeeded.count()},
            {"failed", retention.failed.count()},
            {"deleted", retention.deleted.count()},
            {"count", retention.count ? json::value(*retention.count) : json::value()}};
}

Retention retention_from_json(const json::object& object) {
    Retention retention;
    retention.succeeded = duration_of(object.at("succeeded"));
    retention.failed = duration_of(object.at("failed"));
    retention.deleted = duration_of(object.at("deleted"));
    if (!object.at("count").is_null()) retention.count = object.at("count").to_number<std::int64_t>();
    return retention;
}

json::array texts_to_json(const std::vector<std::string>& texts) {
    return json::array(texts.begin(), texts.end());
}

// What is not there was written before there was such a thing.
std::vector<std::string> texts_from_json(const json::object& object, const char* name) {
    std::vector<std::string> texts;
    if (const json::value* list = object.if_contains(name))
        for (const json::value& text : list->as_array())
            texts.push_back(text_of(text));
    return texts;
}

json::object policy_to_json(const Policy& policy) {
    json::object retry{{"attempts", policy.retry.attempts},
                       {"backoff", backoff_to_json(policy.retry.backoff)},
                       {"on_exhausted", policy.retry.on_exhausted == OnExhausted::fail ? "fail" : "delete"}};
    if (!policy.retry.retry_on.empty()) retry["retry_on"] = texts_to_json(policy.retry.retry_on);
    if (!policy.retry.fail_on.empty()) retry["fail_on"] = texts_to_json(policy.retry.fail_on);
    json::object object{{"retry", std::move(retry)},
                        {"timeout", policy.timeout ? json::value(policy.timeout->count()) : json::value()},
                        {"kill_after", policy.kill_after.count()},
                        {"retention", retention_to_json(policy.retention)}};
    if (policy.has_parent_references) object["has_parent_references"] = true;
    return object;
}

Policy policy_from_json(const json::object& object) {
    const json::object& retry = object.at("retry").as_object();
    Policy policy;
    policy.retry.attempts = retry.at("attempts").to_number<int>();
    policy.retry.backoff = backoff_from_json(retry.at("backoff").as_object());
    // What is not known deletes nothing.
    policy.retry.on_exhausted =
        text_of(retry.at("on_exhausted")) == "delete" ? OnExhausted::remove : OnExhausted::fail;
    policy.retry.retry_on = texts_from_json(retry, "retry_on");
    policy.retry.fail_on = texts_from_json(retry, "fail_on");
    if (!object.at("timeout").is_null()) policy.timeout = duration_of(object.at("timeout"));
    policy.kill_after = duration_of(object.at("kill_after"));
    policy.retention = retention_from_json(object.at("retention").as_object());
    if (const json::value* has = object.if_contains("has_parent_references"))
        policy.has_parent_references = has->as_bool();
    return policy;
}

json::object unique_to_json(const Unique& unique) {
    return {{"key", unique.key},
            {"while", to_string(unique.held)},
            {"window", unique.window.count()},
            {"on_conflict", to_string(unique.on_conflict)}};
}

Unique unique_from_json(const json::object& object) {
    return {.key = text_of(object.at("key")),
            .held = static_cast<HeldWhile>(index_in(kHeldWhileNames, object.at("while"))),
            .window = duration_of(object.at("window")),
            .on_conflict = static_cast<OnConflict>(index_in(kOnConflictNames, object.at("on_conflict")))};
}

json::array limits_to_json(const std::vector<LimitUse>& limits) {
    json::array array;
    for (const LimitUse& use : limits)
        array.push_back({{"limit", use.limit}, {"key", use.key}});
    return array;
}

std::vector<LimitUse> limits_from_json(const json::array& array) {
    std::vector<LimitUse> limits;
    for (const json::value& use : array)
        limits.push_back({text_of(use.at("limit")), text_of(use.at("key"))});
    return limits;
}

json::object after_to_json(const After& after) {
    return {{"names", texts_to_json(after.names)}, {"on", to_string(after.on)}};
}

After after_from_json(const json::object& object) {
    return {.names = texts_from_json(object, "names"),
            .on = static_cast<Condition>(index_in(kConditionNames, object.at("on")))};
}

json::object definition_to_json(const Definition& definition);
Definition definition_from_json(const json::object& object);

json::array definitions_to_json(const std::vector<Definition>& definitions) {
    json::array array;
    for (const Definition& definition : definitions)
        array.push_back(definition_to_json(definition));
    return array;
}

std::vector<Definition> definitions_from_json(const json::value& array) {
    std::vector<Definition> definitions;
    for (const json::value& definition : array.as_array())
        definitions.push_back(definition_from_json(definition.as_object()));
    return definitions;
}

json::object batch_to_json(const BatchDefinition& batch) {
    json::object object{{"members", definitions_to_json(batch.members)},
                        {"then", definitions_to_json(batch.then)}};
    if (const auto* items = std::get_if<std::vector<std::string>>(&batch.for_each))
        object["items"] = texts_to_json(*items);
    if (const auto* file = std::get_if<ItemFile>(&batch.for_each)) object["item_file"] = file->path;
    return object;
}

BatchDefinition batch_from_json(const json::object& object) {
    BatchDefinition batch;
    batch.members = definitions_from_json(object.at("members"));
    batch.then = definitions_from_json(object.at("then"));
    if (object.contains("items")) batch.for_each = texts_from_json(object, "items");
    if (const json::value* file = object.if_contains("item_file")) batch.for_each = ItemFile{text_of(*file)};
    return batch;
}

// What a definition does not say is left out, so that those who say little stay short.
json::object definition_to_json(const Definition& definition) {
    json::object object{{"name", definition.name},
                        {"type", definition.type},
                        {"arguments", definition.arguments},
                        {"queue", definition.queue.value},
                        {"priority", definition.priority},
                        {"delay", definition.delay.count()},
                        {"policy", policy_to_json(definition.policy)}};
    if (definition.schedule) object["schedule"] = schedule_to_json(*definition.schedule);
    if (!definition.tags.empty()) object["tags"] = texts_to_json(definition.tags);
    if (definition.expires_in) object["expires_in"] = definition.expires_in->count();
    if (definition.unique) object["unique"] = unique_to_json(*definition.unique);
    if (!definition.limits.empty()) object["limits"] = limits_to_json(definition.limits);
    if (definition.after != After{}) object["after"] = after_to_json(definition.after);
    if (!definition.fires_with.empty()) object["fires_with"] = texts_to_json(definition.fires_with);
    if (definition.batch) object["batch"] = batch_to_json(*definition.batch);
    return object;
}

Definition definition_from_json(const json::object& object) {
    Definition definition;
    definition.name = text_of(object.at("name"));
    definition.type = text_of(object.at("type"));
    definition.arguments = text_of(object.at("arguments"));
    definition.queue = QueueName{text_of(object.at("queue"))};
    definition.priority = object.at("priority").to_number<int>();
    definition.delay = duration_of(object.at("delay"));
    definition.policy = policy_from_json(object.at("policy").as_object());
    if (const json::value* schedule = object.if_contains("schedule"))
        definition.schedule = schedule_from_json(schedule->as_object(), definition.name);
    definition.tags = texts_from_json(object, "tags");
    if (const json::value* expires_in = object.if_contains("expires_in"))
        definition.expires_in = duration_of(*expires_in);
    if (const json::value* unique = object.if_contains("unique"))
        definition.unique = unique_from_json(unique->as_object());
    if (const json::value* limits = object.if_contains("limits"))
        definition.limits = limits_from_json(limits->as_array());
    if (const json::value* after = object.if_contains("after"))
        definition.after = after_from_json(after->as_object());
    definition.fires_with = texts_from_json(object, "fires_with");
    if (const json::value* batch = object.if_contains("batch"))
        definition.batch = batch_from_json(batch->as_object());
    return definition;
}

// Whatever is wrong with a stored text, it was not written by us.
template <class Read>
auto read_stored(std::string_view text, const char* what, Read read) {
    json::parse_options options;
    options.max_depth = kMaxDepth;
    try {
        return read(json::parse(text, {}, options).as_object());
    } catch (const StorageError&) {
        throw;
    } catch (const std::exception& error) {
        throw StorageError{StorageError::Kind::corrupt,
                           std::string{"a stored "} + what + " cannot be read: " + error.what()};
    }
}

}  // namespace

std::string to_json(const Policy& policy) {
    return json::serialize(policy_to_json(policy));
}

Policy policy_from_json(std::string_view text) {
    return read_stored(text, "policy", [](const json::object& object) { return policy_from_json(object); });
}

std::string to_json(const Definition& definition) {
    return json::serialize(definition_to_json(definition));
}

Definition definition_from_json(std::string_view text) {
    return read_stored(text, "definition",
                       [](const json::object& object) { return definition_from_json(object); });
}

After after_from_unreadable(std::string_view text) {
    try {
        return read_stored(text, "definition", [](const json::object& object) {
            After after;
            if (const json::value* given = object.if_contains("after"))
                after.names = texts_from_json(given->as_object(), "names");
            return after;
        });
    } catch (const StorageError&) {
        return {};
    }
}

}  // namespace jobhost::storage
