#include "storage/model_json.hpp"

#include "storage/storage_error.hpp"

#include <boost/json.hpp>

namespace jobhost::storage {

namespace {

namespace json = boost::json;

template <class... Each>
struct Overloaded : Each... {
    using Each::operator()...;
};
template <class... Each>
Overloaded(Each...) -> Overloaded<Each...>;

std::string text_of(const json::value& value) {
    return std::string{value.as_string()};
}

Duration duration_of(const json::value& value) {
    return Duration{value.to_number<std::int64_t>()};
}

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

json::object policy_to_json(const Policy& policy) {
    return {{"retry",
             {{"attempts", policy.retry.attempts},
              {"backoff", backoff_to_json(policy.retry.backoff)},
              {"on_exhausted", policy.retry.on_exhausted == OnExhausted::fail ? "fail" : "delete"}}},
            {"timeout", policy.timeout.count()},
            {"kill_after", policy.kill_after.count()},
            {"retention", retention_to_json(policy.retention)}};
}

Policy policy_from_json(const json::object& object) {
    const json::object& retry = object.at("retry").as_object();
    Policy policy;
    policy.retry.attempts = retry.at("attempts").to_number<int>();
    policy.retry.backoff = backoff_from_json(retry.at("backoff").as_object());
    policy.retry.on_exhausted =
        text_of(retry.at("on_exhausted")) == "fail" ? OnExhausted::fail : OnExhausted::remove;
    policy.timeout = duration_of(object.at("timeout"));
    policy.kill_after = duration_of(object.at("kill_after"));
    policy.retention = retention_from_json(object.at("retention").as_object());
    return policy;
}

json::object schedule_to_json(const Schedule& schedule) {
    return std::visit(
        Overloaded{
            [](const Cron& cron) {
                return json::object{{"cron", cron.expression()}, {"time_zone", cron.time_zone()}};
            },
            [](const Every& every) {
                return json::object{{"every", every.period.count()},
                                    {"from", every.anchor.time_since_epoch().count()}};
            },
        },
        schedule);
}

Schedule schedule_from_json(const json::object& object) {
    if (object.contains("every"))
        return Every{duration_of(object.at("every")), TimePoint{duration_of(object.at("from"))}};
    auto cron = Cron::parse(text_of(object.at("cron")), text_of(object.at("time_zone")));
    if (const auto* error = std::get_if<Cron::Error>(&cron))
        throw StorageError{StorageError::Kind::corrupt,
                           "a stored schedule cannot be read: " + error->problem};
    return std::get<Cron>(std::move(cron));
}

// Whatever is wrong with a stored text, it was not written by us.
template <class Read>
auto read_stored(std::string_view text, const char* what, Read read) {
    try {
        return read(json::parse(text).as_object());
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
    json::object object{{"name", definition.name},
                        {"type", definition.type},
                        {"arguments", definition.arguments},
                        {"queue", definition.queue.value},
                        {"priority", definition.priority},
                        {"delay", definition.delay.count()},
                        {"policy", policy_to_json(definition.policy)}};
    if (definition.schedule) object["schedule"] = schedule_to_json(*definition.schedule);
    return json::serialize(object);
}

Definition definition_from_json(std::string_view text) {
    return read_stored(text, "definition", [](const json::object& object) {
        Definition definition;
        definition.name = text_of(object.at("name"));
        definition.type = text_of(object.at("type"));
        definition.arguments = text_of(object.at("arguments"));
        definition.queue = QueueName{text_of(object.at("queue"))};
        definition.priority = object.at("priority").to_number<int>();
        definition.delay = duration_of(object.at("delay"));
        definition.policy = policy_from_json(object.at("policy").as_object());
        if (const json::value* schedule = object.if_contains("schedule"))
            definition.schedule = schedule_from_json(schedule->as_object());
        return definition;
    });
}

}  // namespace jobhost::storage
