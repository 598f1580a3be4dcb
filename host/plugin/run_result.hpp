// How a run in a worker went.
#pragma once

#include "storage/model/continuation.hpp"
#include "storage/model/ids.hpp"
#include "storage/model/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace jobhost::worker {
struct DoneMessage;
}

namespace jobhost::host {

struct RunRequest {
    JobId job;
    Lease lease;
    int attempt = 1;
    std::optional<TimePoint> scheduled_at;  // the nominal instant; nothing: none
    std::string type;                       // full name: "images.resize"
    std::string idempotency_key;
    std::string definition;   // empty: none
    std::string arguments;    // a JSON object
    int payload_version = 0;  // of the arguments; 0: the newest of the type
    std::vector<ParentEnd> parents;
};

struct RunResult {
    enum class How {
        succeeded,
        failed,     // may be tried again
        fatal,      // trying again cannot help
        cancelled,  // was asked to cancel, and did
        yielded,    // was asked to stop, and goes on elsewhere
        snoozed,    // runs again after `snooze`
        crashed,    // the worker ended before the run; error_message says how
    };
    How how = How::crashed;
    std::string error_code;
    std::string error_message;
    std::string detail;       // of the error, from the job; empty: none
    std::string result;       // JSON; empty unless succeeded, and when the job set none
    Duration snooze{};        // more than 0 if snoozed
    int warnings = 0;         // log lines of level warning
    bool was_killed = false;  // crashed because this host called kill()
    bool was_fenced = false;  // crashed because its fence was not moved in time
};

// What the job's own last word means. `asked` are the stop bits that it was given: who was not asked to stop
// cannot have been cancelled.
RunResult to_result(worker::DoneMessage done, std::uint32_t asked);

}  // namespace jobhost::host
