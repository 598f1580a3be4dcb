// How a job is to be run, fixed when the job is created: an edited definition never changes a job that
// exists.
#pragma once

#include "storage/model/retention.hpp"
#include "storage/model/retry_policy.hpp"

namespace jobhost {

struct Policy {
    RetryPolicy retry;
    Duration timeout = std::chrono::hours{1};        // then the job is asked to stop
    Duration kill_after = std::chrono::seconds{30};  // after being asked; then its worker is killed
    Retention retention;
    // The arguments hold ${parent.result}, to be filled in when the job runs. Never true of arguments that
    // somebody gave for this job alone: they are taken as they are.
    bool has_parent_references = false;
    friend bool operator==(const Policy&, const Policy&) = default;
};

}  // namespace jobhost
