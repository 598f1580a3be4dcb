// How a job is to be run, fixed when the job is created: an edited definition never changes a job that
// exists.
#pragma once

#include "storage/model/retention.hpp"
#include "storage/model/retry_policy.hpp"

#include <optional>

namespace jobhost {

// Of a job whose timeout neither its policy nor its type names.
inline constexpr Duration kDefaultTimeout = std::chrono::hours{1};

struct Policy {
    RetryPolicy retry;
    std::optional<Duration> timeout;  // then the job is asked to stop; nothing: as its type says
    Duration kill_after = std::chrono::seconds{30};  // after being asked; then its worker is killed
    Retention retention;
    // The arguments hold ${parent.result}, to be filled in when the job runs. Never true of arguments that
    // somebody gave for this job alone: they are taken as they are.
    bool has_parent_references = false;
    friend bool operator==(const Policy&, const Policy&) = default;
};

}  // namespace jobhost
