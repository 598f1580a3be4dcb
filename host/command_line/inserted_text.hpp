// What became of jobs that were handed in, for a person and for a program.
#pragma once

#include "storage/model/job.hpp"

#include <string>
#include <string_view>

namespace jobhost::host {

// "enqueued", or what became of the other job: "skipped" if nothing, "replaced", "extended".
std::string_view outcome_text(const Inserted& answer) noexcept;
// Of one that was not enqueued: "nothing new was enqueued: job 12 has this unique key, and stays as it is".
std::string not_enqueued_text(const Inserted& answer);

}  // namespace jobhost::host
