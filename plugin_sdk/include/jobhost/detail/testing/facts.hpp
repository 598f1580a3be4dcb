// What a run in a test is given, and what is left of it.
#pragma once

#include <jobhost/detail/testing/handed_in.hpp>
#include <jobhost/plugin.h>
#include <jobhost/status.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace jobhost {

inline std::ostream& operator<<(std::ostream& out, Status status) {
    return out << to_text(status);
}

}  // namespace jobhost

namespace jobhost::testing {

using jobhost::Status;
using jobhost::to_text;

// What the runs of a job leave to its next one.
struct Saved {
    struct Call {
        std::string asked;             // in a canonical spelling
        std::vector<std::string> ids;  // the answer
    };
    std::optional<std::string> checkpoint;                  // JSON
    std::map<std::string, std::string, std::less<>> steps;  // name to result, JSON
    std::map<std::int64_t, Call> calls;                     // of enqueue(), by their number
};

// What the job waited for.
struct Parent {
    std::int64_t id = 0;
    bool is_batch = false;
    bool is_met = true;
    std::string on = "succeeded";
    std::string result = {};  // JSON; empty: none
    bool is_result_cut = false;
};

struct Given {
    std::string arguments = "{}";       // a JSON object
    std::uint32_t payload_version = 0;  // of the arguments; 0: the job's own, else upgrade() is called
    std::int64_t id = 1;
    std::int64_t lease = 1;
    std::uint32_t attempt = 1;
    std::optional<std::chrono::system_clock::time_point> scheduled_at = {};
    std::string definition = {};
    std::vector<Parent> parents = {};
    Saved saved = {};  // for a further run: what the one before has left in `Run::saved`

    // How often the job may look (check(), wait_for(), stop_requested() ...) before it is asked to stop; 0:
    // it is asked from the beginning. Nothing: never.
    std::optional<std::uint32_t> cancelled_after = {};
    std::optional<std::uint32_t> drained_after = {};
    // How long it may wait in all until it is cancelled; nothing: the job's own timeout, else an hour.
    std::optional<std::chrono::microseconds> timeout = {};

    // What every call that asks the host is answered: JOBHOST_UNAVAILABLE, JOBHOST_LOST, JOBHOST_FAILED ...
    jobhost_status answer = JOBHOST_OK;
};

enum class Level : std::int32_t {
    debug = JOBHOST_LOG_DEBUG,
    info = JOBHOST_LOG_INFO,
    warning = JOBHOST_LOG_WARNING,
    error = JOBHOST_LOG_ERROR,
};
struct LogLine {
    Level level = Level::info;
    std::string text;
    friend bool operator==(const LogLine&, const LogLine&) = default;
};

struct Progress {
    double fraction = 0;
    std::string note;
    friend bool operator==(const Progress&, const Progress&) = default;
};

struct Run {
    Status status = Status::succeeded;
    std::string result;  // JSON, of a run that succeeded; empty: none
    std::string error_code;
    std::string error_message;
    std::string error_detail;
    std::chrono::microseconds snoozed_for{0};

    std::vector<LogLine> log;
    std::vector<Progress> progress;
    std::vector<std::chrono::microseconds> waits;  // what wait_for() was asked for

    Saved saved;                     // with what was there before; the host drops it once the job succeeds
    std::vector<Enqueued> enqueued;  // by this run; what an earlier run handed in already is left out
    std::vector<Enqueued> enqueued_on_success;  // empty unless it succeeded

    // Null unless the job has asked for it. Its files stay until the last copy of this Run is gone.
    std::shared_ptr<const std::filesystem::path> scratch_folder;

    // Is `part` in some line of the log?
    bool has_logged(std::string_view part) const {
        for (const LogLine& line : log)
            if (line.text.find(part) != std::string::npos) return true;
        return false;
    }
};

}  // namespace jobhost::testing
