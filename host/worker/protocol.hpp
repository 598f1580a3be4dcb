// What host and worker say to each other, as values. Decoding checks lengths, ranges, UTF-8 and JSON, because
// a worker runs foreign code that can write to the socket itself; it throws ProtocolError.
#pragma once

#include "host/worker/fields.hpp"
#include "host/worker/frame.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace jobhost::worker {

// What a job has waited for.
struct ParentMessage {
    std::int64_t id = 0;
    std::uint32_t flags = 0;  // JOBHOST_PARENT_ bits
    std::string on;           // how it had to end
    std::string result;       // JSON, or empty
};

// Host to worker: run one job. The run's number stands in the frame.
struct RunMessage {
    std::int64_t job = 0;
    std::int64_t lease = 0;
    std::uint32_t attempt = 1;
    std::int64_t scheduled_at = 0;  // us since 1970 UTC; 0: none
    std::uint32_t type = 0;         // index into ReadyMessage::types
    std::string idempotency_key;
    std::string definition;
    std::string arguments;              // a JSON object
    std::uint32_t payload_version = 0;  // of the arguments; 0: the newest of the type
    std::vector<ParentMessage> parents;
    bool is_queued = false;  // sent while another run was under way; then that one's output ends with a mark
};

struct TypeMessage {
    std::string name;  // local: "resize"
    std::string description;
    std::string arguments_schema;  // JSON, or empty
    std::string result_schema;     // JSON, or empty
    std::uint32_t flags = 0;       // JOBHOST_JOB_ bits
    std::uint32_t payload_version = 1;
    std::int64_t default_timeout = 0;  // us; 0: the host's
    std::uint32_t accepts_from = 1;    // oldest payload version; at most payload_version
};

// Worker to host: loaded and initialised; runs are welcome.
struct ReadyMessage {
    std::string name;
    std::string version;
    std::vector<TypeMessage> types;
    bool has_filters = false;
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
    bool is_last = false;     // the worker begins nothing more
};

enum class RequestKind : std::uint8_t { load, save_checkpoint, save_step, enqueue, enqueue_on_success };

// Worker to host: what a run asks for. Answered once, by a reply with the same number.
struct RequestMessage {
    std::int64_t number = 0;
    RequestKind kind = RequestKind::load;
    std::int64_t position =
        0;             // load: where the page begins; enqueue…: number of the call of its kind, from 1
    std::string name;  // of a step
    std::string body;  // what to save or to hand in, as the job gave it
};

// Host to worker.
struct ReplyMessage {
    std::int64_t number = 0;
    std::int32_t status = 0;  // JOBHOST_OK, _FAILED, _LIMIT, _INVALID, _LOST or _UNAVAILABLE
    std::string body;         // load: a SavedMessage; enqueue: JSON
    std::string problem;      // a sentence for a person, unless OK
};

// The body of the reply to `load`: one page.
struct SavedMessage {
    std::string checkpoint;  // JSON, or empty
    std::vector<std::pair<std::string, std::string>> steps;
    std::int64_t next = 0;  // position of the next page; 0: this is the last one
};

// Payloads. REQUIRES of the encoders: fields within limits.hpp.
std::string encode(const RunMessage& message);
std::string encode(const ReadyMessage& message);
std::string encode(const RefusedMessage& message);
std::string encode(const LogMessage& message);
std::string encode(const DoneMessage& message);
std::string encode(const RequestMessage& message);
std::string encode(const ReplyMessage& message);
std::string encode(const SavedMessage& message);

RunMessage decode_run(std::string_view payload);
ReadyMessage decode_ready(std::string_view payload);
RefusedMessage decode_refused(std::string_view payload);
LogMessage decode_log(std::string_view payload);
DoneMessage decode_done(std::string_view payload);
RequestMessage decode_request(std::string_view payload);
ReplyMessage decode_reply(std::string_view payload);
SavedMessage decode_saved(std::string_view payload);

}  // namespace jobhost::worker
