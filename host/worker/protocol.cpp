#include "host/worker/protocol.hpp"

#include "host/worker/json_text.hpp"
#include "host/worker/limits.hpp"
#include "host/worker/name_rules.hpp"

#include <jobhost/plugin.h>

#include <algorithm>
#include <limits>

namespace jobhost::worker {
namespace {

constexpr std::int64_t kMost64 = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLeast64 = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMost32 = std::numeric_limits<std::uint32_t>::max();

std::uint32_t number32(FieldReader& fields, std::int64_t least, std::int64_t most) {
    return static_cast<std::uint32_t>(fields.number(least, most));
}

std::string json_or_nothing(FieldReader& fields, std::size_t most) {
    const std::string_view text = fields.bytes(most);
    if (!text.empty() && !is_json(text)) throw ProtocolError{"a field that must be JSON is not"};
    return std::string{text};
}

std::string name(FieldReader& fields) {
    const std::string_view text = fields.bytes(kMaxName);
    if (!is_name(text)) throw ProtocolError{"a name breaks the rules"};
    return std::string{text};
}

TypeMessage decode_type(FieldReader& fields) {
    TypeMessage type;
    type.name = name(fields);
    type.description = fields.text(kMaxDescription);
    type.arguments_schema = json_or_nothing(fields, kMaxSchema);
    type.result_schema = json_or_nothing(fields, kMaxSchema);
    type.flags = number32(fields, 0, kMost32);
    type.payload_version = number32(fields, 1, kMost32);
    type.default_timeout = fields.number(0, kMaxTimeout);
    const std::int64_t oldest = std::int64_t{type.payload_version} - kMaxOlderVersions;
    type.accepts_from = number32(fields, std::max<std::int64_t>(oldest, 1), type.payload_version);
    return type;
}

}  // namespace

std::string encode(const RunMessage& message) {
    FieldWriter fields;
    fields.number(message.job)
        .number(message.lease)
        .number(message.attempt)
        .number(message.scheduled_at)
        .number(message.type)
        .text(message.idempotency_key)
        .text(message.definition)
        .text(message.arguments)
        .number(message.payload_version)
        .number(static_cast<std::int64_t>(message.parents.size()));
    for (const ParentMessage& parent : message.parents)
        fields.number(parent.id).number(parent.flags).text(parent.on).text(parent.result);
    return fields.number(message.is_queued ? 1 : 0).take();
}

RunMessage decode_run(std::string_view payload) {
    FieldReader fields{payload};
    RunMessage message;
    message.job = fields.number(kLeast64, kMost64);
    message.lease = fields.number(kLeast64, kMost64);
    message.attempt = number32(fields, 0, kMost32);
    message.scheduled_at = fields.number(kLeast64, kMost64);
    message.type = number32(fields, 0, kMost32);
    message.idempotency_key = fields.text(kMaxKey);
    message.definition = fields.text(kMaxKey);
    message.arguments = fields.bytes(kMaxArguments);
    message.payload_version = number32(fields, 0, kMost32);
    for (std::int64_t left = fields.number(0, kMaxParents); left > 0; --left) {
        ParentMessage& parent = message.parents.emplace_back();
        parent.id = fields.number(kLeast64, kMost64);
        parent.flags = number32(fields, 0, kMost32);
        parent.on = fields.text(kMaxName);
        parent.result = fields.bytes(kMaxResult);
    }
    message.is_queued = fields.number(0, 1) == 1;
    fields.finish();
    return message;
}

std::string encode(const ReadyMessage& message) {
    FieldWriter fields;
    fields.text(message.name).text(message.version).number(static_cast<std::int64_t>(message.types.size()));
    for (const TypeMessage& type : message.types)
        fields.text(type.name)
            .text(type.description)
            .text(type.arguments_schema)
            .text(type.result_schema)
            .number(type.flags)
            .number(type.payload_version)
            .number(type.default_timeout)
            .number(type.accepts_from);
    return fields.number(message.has_filters ? 1 : 0).take();
}

ReadyMessage decode_ready(std::string_view payload) {
    FieldReader fields{payload};
    ReadyMessage message;
    message.name = name(fields);
    message.version = fields.text(kMaxVersion);
    const std::uint32_t count = number32(fields, 0, kMaxJobTypes);
    for (std::uint32_t i = 0; i < count; ++i) {
        TypeMessage type = decode_type(fields);
        for (const TypeMessage& other : message.types)
            if (other.name == type.name) throw ProtocolError{"two job types are called " + type.name};
        message.types.push_back(std::move(type));
    }
    message.has_filters = fields.number(0, 1) == 1;
    fields.finish();
    return message;
}

std::string encode(const RefusedMessage& message) {
    return FieldWriter{}.text(message.reason).text(message.remedy).take();
}

RefusedMessage decode_refused(std::string_view payload) {
    FieldReader fields{payload};
    RefusedMessage message{fields.text(kMaxErrorMessage), fields.text(kMaxErrorMessage)};
    fields.finish();
    return message;
}

std::string encode(const LogMessage& message) {
    return FieldWriter{}.number(static_cast<std::int64_t>(message.level)).text(message.line).take();
}

LogMessage decode_log(std::string_view payload) {
    FieldReader fields{payload};
    LogMessage message{static_cast<LogLevel>(fields.number(JOBHOST_LOG_DEBUG, JOBHOST_LOG_ERROR)),
                       fields.text(kMaxLogLine)};
    fields.finish();
    return message;
}

std::string encode(const DoneMessage& message) {
    return FieldWriter{}
        .number(message.status)
        .text(message.error_code)
        .text(message.error_message)
        .text(message.result)
        .text(message.detail)
        .number(message.snooze)
        .number(message.is_last ? 1 : 0)
        .take();
}

DoneMessage decode_done(std::string_view payload) {
    FieldReader fields{payload};
    DoneMessage message;
    message.status = static_cast<std::int32_t>(fields.number(JOBHOST_OK, JOBHOST_SNOOZE));
    const bool is_snoozed = message.status == JOBHOST_SNOOZE;
    if (!is_snoozed && message.status > JOBHOST_BAD_ARGUMENTS)
        throw ProtocolError{"a status that no run may end with"};
    message.error_code = fields.text(kMaxErrorCode);
    message.error_message = fields.text(kMaxErrorMessage);
    message.result = json_or_nothing(fields, kMaxResult);
    message.detail = fields.text(kMaxErrorDetail);
    message.snooze = is_snoozed ? fields.number(1, kMaxSnooze) : fields.number(0, 0);
    message.is_last = fields.number(0, 1) == 1;
    fields.finish();
    return message;
}

std::string encode(const RequestMessage& message) {
    return FieldWriter{}
        .number(message.number)
        .number(static_cast<std::int64_t>(message.kind))
        .number(message.position)
        .text(message.name)
        .text(message.body)
        .take();
}

RequestMessage decode_request(std::string_view payload) {
    FieldReader fields{payload};
    RequestMessage message;
    message.number = fields.number(1, kMost64);
    message.kind = static_cast<RequestKind>(
        fields.number(0, static_cast<std::int64_t>(RequestKind::enqueue_on_success)));
    message.position = fields.number(0, kMaxCalls);
    message.name = fields.text(kMaxStepName);
    message.body = fields.bytes(std::max(kMaxSaved, kMaxEnqueued));
    fields.finish();
    return message;
}

std::string encode(const ReplyMessage& message) {
    return FieldWriter{}
        .number(message.number)
        .number(message.status)
        .text(message.body)
        .text(message.problem)
        .take();
}

ReplyMessage decode_reply(std::string_view payload) {
    FieldReader fields{payload};
    ReplyMessage message;
    message.number = fields.number(1, kMost64);
    message.status = static_cast<std::int32_t>(fields.number(JOBHOST_OK, JOBHOST_UNAVAILABLE));
    message.body = fields.bytes(kMaxReply);
    message.problem = fields.text(kMaxErrorMessage);
    fields.finish();
    return message;
}

std::string encode(const SavedMessage& message) {
    FieldWriter fields;
    fields.text(message.checkpoint)
        .number(message.next)
        .number(static_cast<std::int64_t>(message.steps.size()));
    for (const auto& [name, result] : message.steps)
        fields.text(name).text(result);
    return fields.take();
}

SavedMessage decode_saved(std::string_view payload) {
    FieldReader fields{payload};
    SavedMessage message;
    message.checkpoint = fields.bytes(kMaxSaved);
    message.next = fields.number(0, kMost64);
    for (std::int64_t left = fields.number(0, kMost32); left > 0; --left) {
        std::string name{fields.bytes(kMaxStepName)};
        message.steps.emplace_back(std::move(name), std::string{fields.bytes(kMaxSaved)});
    }
    fields.finish();
    return message;
}

}  // namespace jobhost::worker
