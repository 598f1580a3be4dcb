// The environment of the program.
#pragma once

#include <jobhost/context.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace command {

using Variables = std::map<std::string, std::string>;

// This process's variables, over them `given`, over them what tells the program about its run:
// JOBHOST_JOB_ID, JOBHOST_ATTEMPT, JOBHOST_LEASE, JOBHOST_IDEMPOTENCY_KEY and, for a scheduled run,
// JOBHOST_SCHEDULED_AT. The last ones cannot be given, because a forged lease would defeat the fence. Throws
// BadArguments if a name of `given` cannot be one.
Variables environment_of(const jobhost::JobContext& context, const Variables& given);

// "NAME=value" for each, as exec wants them.
std::vector<std::string> as_assignments(const Variables& variables);

// Refuses a text with a NUL, which exec would cut there. `pointer` is where the text stands in the arguments.
void refuse_nul(std::string_view text, std::string_view pointer);

}  // namespace command
