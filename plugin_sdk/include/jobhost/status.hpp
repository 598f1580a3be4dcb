// How a run ended.
#pragma once

#include <string_view>

namespace jobhost {

// And what the host does then.
enum class Status {
    succeeded,
    failed,           // tried again as the job's policy says
    failed_for_good,  // FatalError
    bad_arguments,    // not tried again either
    cancelled,
    yielded,  // goes on elsewhere
    snoozed,  // runs again after a delay
};

constexpr std::string_view to_text(Status status) noexcept {
    switch (status) {
        case Status::succeeded:
            return "succeeded";
        case Status::failed:
            return "failed";
        case Status::failed_for_good:
            return "failed_for_good";
        case Status::bad_arguments:
            return "bad_arguments";
        case Status::cancelled:
            return "cancelled";
        case Status::yielded:
            return "yielded";
        case Status::snoozed:
            return "snoozed";
    }
    return "unknown";
}

}  // namespace jobhost
