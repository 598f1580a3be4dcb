// A job as somebody asks for it: by options, from a job that runs, or as JSON.
#pragma once

#include "storage/model/batch.hpp"
#include "storage/model/continuation.hpp"
#include "storage/model/limit.hpp"
#include "storage/model/time.hpp"
#include "storage/model/uniqueness.hpp"

#include <boost/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jobhost::host {

struct JobRequest {
    std::string name;                      // a job type, or a definition
    std::optional<std::string> arguments;  // JSON
    std::optional<std::string> queue;
    std::optional<int> priority;
    std::optional<Duration> in;
    std::optional<TimePoint> at;
    std::optional<Duration> expires_in;
    std::vector<std::int64_t> after;  // jobs and batches
    std::optional<Condition> on;      // how all of them have to end; default: succeeded
    Duration delay{};                 // from when they have, and its batch has started
    std::optional<Unique> unique;
    std::vector<std::string> tags;
    std::vector<LimitUse> limits;
    std::optional<BatchId> batch;

    // Whether it says anything but what to run.
    bool says_how() const {
        return queue || priority || in || at || expires_in || !after.empty() || on ||
               delay > Duration::zero() || unique || !tags.empty() || !limits.empty() || batch;
    }
};

// {"type": "mail.send", "args": {...}, "queue": ..., "priority": ..., "in": "10s", "at": ..., "expires_in":
// ..., "after": ["12"], "on": "finished", "delay": "5m", "unique": "key" or {"key": ..., "while": ...,
// "on_conflict": ...}, "tags": [...], "limits": ["smtp", "tenant:acme"], "batch": "7"}. Throws BadRequest.
JobRequest job_request(const boost::json::object& object);
// The same from its text, of which the arguments stay as they stand there: they are for the job to
// understand.
JobRequest job_request(std::string_view json);

}  // namespace jobhost::host
