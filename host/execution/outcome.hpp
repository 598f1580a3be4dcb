// How one run of a job went, as the host saw it.
#pragma once

#include "storage/model/job.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace jobhost::host {

enum class Outcome : std::uint8_t {
    succeeded,
    failed,       // may be tried again
    fatal,        // trying again cannot help
    timed_out,    // ended, or was killed, after its time was over
    crashed,      // its worker died while it ran
    cancelled,    // a person wanted it, and it ended or was killed
    interrupted,  // it, or its worker, was stopped for a reason of the host's
    snoozed,      // it asked to be run again after a delay
    not_begun,    // claimed, but it never ran
};

// Why a host ends runs that have done nothing wrong.
enum class Interruption : std::uint8_t {
    host_stops,
    lease_ends,       // the host has lost touch with the database
    plugin_replaced,  // a later version of its plugin has taken over, and its time there is over
};

struct RunEnd {
    Outcome outcome = Outcome::not_begun;
    std::string error_code;     // "exit_status", "crashed"; empty: none
    std::string error_message;  // a sentence for a person
    std::string detail;         // of the error; empty: none
    std::string result;         // JSON; empty: none
    int warnings = 0;
    std::optional<TimePoint> started_at;
    TimePoint finished_at;
    Duration snooze{};         // until the next run, if snoozed
    std::vector<NewJob> jobs;  // to be handed in with this, if succeeded
};

}  // namespace jobhost::host
