// The C statuses of a run as a Status.
#pragma once

#include <jobhost/plugin.h>
#include <jobhost/status.hpp>

namespace jobhost::detail {

constexpr Status status_of(jobhost_status status) noexcept {
    switch (status) {
        case JOBHOST_OK:
            return Status::succeeded;
        case JOBHOST_FATAL:
            return Status::failed_for_good;
        case JOBHOST_BAD_ARGUMENTS:
            return Status::bad_arguments;
        case JOBHOST_CANCELLED:
            return Status::cancelled;
        case JOBHOST_YIELDED:
            return Status::yielded;
        case JOBHOST_SNOOZE:
            return Status::snoozed;
        default:
            return Status::failed;
    }
}

}  // namespace jobhost::detail
