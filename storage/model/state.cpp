#include "storage/model/state.hpp"

namespace jobhost {

std::string_view to_string(Reason reason) noexcept {
    switch (reason) {
        case Reason::none:
            return "";
        case Reason::parents:
            return "parents";
        case Reason::batch:
            return "batch";
        case Reason::limit:
            return "limit";
        case Reason::delayed:
            return "delayed";
        case Reason::retry:
            return "retry";
        case Reason::throttled:
            return "throttled";
        case Reason::rescheduled:
            return "rescheduled";
        case Reason::snoozed:
            return "snoozed";
        case Reason::unreadable:
            return "unreadable";
        case Reason::exhausted:
            return "exhausted";
        case Reason::fatal:
            return "fatal";
        case Reason::quarantined:
            return "quarantined";
        case Reason::timed_out:
            return "timed_out";
        case Reason::cancelled:
            return "cancelled";
        case Reason::expired:
            return "expired";
        case Reason::by_person:
            return "by_person";
        case Reason::unmet:
            return "unmet";
    }
    return "unknown";
}

}  // namespace jobhost
