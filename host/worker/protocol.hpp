// What host and worker say to each other, as values. Decoding checks lengths, ranges, UTF-8 and JSON, because
// a worker runs foreign code that can write to the socket itself; it throws ProtocolError.
#pragma once

#include "host/worker/fields.hpp"
#include "host/worker/frame.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace jobhost::worker {

// Host to worker: run one job. The run's number stands in the frame.
struct RunMessage {
    std::int64_t job = 0;
    std::int64_t lease = 0;
    std::uint32_t attempt = 1;
    std::int64_t scheduled_at = 0;  // us since 1970 UTC; 0: none
    std::uint32_t type = 0;         // index into ReadyMessage::types
    std::string idempotency_key;
    std::string definition;
    std::string arguments;  // a JSON object
};

struct TypeMessage {
    std::string name;  // local: "resize"
    std::string description;
    std::string arguments_schema;  // JSON, or empty
    std::string result_schema;     // JSON, or empty
    std::uint32_t flags = 0;       // JOBHOST_JOB_ bits
    std::uint32_t payload_version = 1;
    std::int64_t default_timeout = 0;  // us; 0: the host's
};

// Worker to host: loaded and initialised; runs are welcome.
struct ReadyMessage {
    std::string name;
    std::string version;
    std::vector<TypeMessage> types;
};

// Worker to host: this plugin cannot be used; the worker ends.
struct RefusedMessage {
    std::string reason;
    std::string remedy;
};

enum class LogLevel : std::uint8_t { debug, info, warning, error };  // JOBHOST_LOG_, in that order

// Worker to host: a line of the run's log, or of the plugin's if the frame's run is 0.
struct LogMessage {
    LogLevel level = LogLevel::info;
    std::string line;
};

// Worker to host: run() returned, and what it printed lies in the pipes.
struct DoneMessage {
    std::int32_t status = 0;  // JOBHOST_OK to JOBHOST_BAD_ARGUMENTS, or JOBHOST_SNOOZE
    std::string error_code;
    std::string error_message;
    std::string result;       // JSON, or empty
    std::string detail;       // of the error
    std::int64_t snooze = 0;  // us, 1 to kMaxSnooze; 0 unless the status is JOBHOST_SNOOZE
};

// Payloads. REQUIRES of the encoders: fields within limits.hpp.
std::string encode(const RunMessage& message);
std::string encode(const ReadyMessage& message);
std::string encode(const RefusedMessage& message);
std::string encode(const LogMessage& message);
std::string encode(const DoneMessage& message);

RunMessage decode_run(std::string_view payload);
ReadyMessage decode_ready(std::string_view payload);
RefusedMessage decode_refused(std::string_view payload);
LogMessage decode_log(std::string_view payload);
DoneMessage decode_done(std::string_view payload);

}  // namespace jobhost::worker
