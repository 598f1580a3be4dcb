#include "storage/soci/operation_json.hpp"

#include "storage/soci/instants.hpp"
#include "storage/storage_error.hpp"

#include <boost/json.hpp>

namespace jobhost::storage {

namespace {

namespace json = boost::json;

template <class Read>
auto read_stored(std::string_view text, Read read) {
    try {
        return read(json::parse(text).as_object());
    } catch (const boost::system::system_error&) {
        throw StorageError{StorageError::Kind::corrupt, "a stored command cannot be read"};
    }
}

std::string text_of(const json::value& value) {
    return std::string{value.as_string()};
}

}  // namespace

std::string to_json(const JobFilter& filter) {
    json::object object;
    if (filter.state) object["state"] = to_string(*filter.state);
    if (filter.queue) object["queue"] = filter.queue->value;
    if (filter.type) object["type"] = *filter.type;
    if (filter.definition) object["definition"] = *filter.definition;
    if (filter.tag) object["tag"] = *filter.tag;
    if (filter.batch) object["batch"] = std::to_string(filter.batch->value);
    if (filter.has_warnings) object["has_warnings"] = true;
    return json::serialize(object);
}

JobFilter filter_from_json(std::string_view text) {
    return read_stored(text, [](const json::object& object) {
        JobFilter filter;
        if (const auto* state = object.if_contains("state")) filter.state = parse_state_name(text_of(*state));
        if (const auto* queue = object.if_contains("queue")) filter.queue = QueueName{text_of(*queue)};
        if (const auto* type = object.if_contains("type")) filter.type = text_of(*type);
        if (const auto* definition = object.if_contains("definition"))
            filter.definition = text_of(*definition);
        if (const auto* tag = object.if_contains("tag")) filter.tag = text_of(*tag);
        if (const auto* batch = object.if_contains("batch"))
            filter.batch = BatchId{std::stoll(text_of(*batch))};
        filter.has_warnings = object.contains("has_warnings");
        return filter;
    });
}

std::string to_json(const Operation& operation) {
    json::object object;
    if (operation.at) object["at"] = micros(*operation.at);
    if (operation.queue) object["queue"] = operation.queue->value;
    if (operation.priority) object["priority"] = *operation.priority;
    return json::serialize(object);
}

Operation operation_from_json(std::string_view text) {
    return read_stored(text, [](const json::object& object) {
        Operation operation;
        if (const auto* at = object.if_contains("at")) operation.at = instant(at->to_number<long long>());
        if (const auto* queue = object.if_contains("queue")) operation.queue = QueueName{text_of(*queue)};
        if (const auto* priority = object.if_contains("priority"))
            operation.priority = priority->to_number<int>();
        return operation;
    });
}

}  // namespace jobhost::storage
