#include "storage/soci/run_calls.hpp"

#include "storage/soci/id_list.hpp"
#include "storage/soci/id_ranges.hpp"
#include "storage/soci/job_flags.hpp"
#include "storage/soci/refusal.hpp"

#include <string>

namespace jobhost::storage {

std::optional<std::vector<std::int64_t>> answer_to_call(Session& session, const RunKey& run,
                                                        const RunCall& call) {
    const auto found = session.rows<std::string, std::string>("call_of_run", {{"job", run.job.value},
                                                                              {"number", call.number},
                                                                              {"server", run.server.value},
                                                                              {"lease", run.lease.value}});
    if (found.empty()) return std::nullopt;
    const auto& [digest, ids] = found.front();
    if (digest != call.digest)
        refuse("call " + std::to_string(call.number) + " of " + name_of(run.job) +
               " asked for something else before; a job that runs again must make the same calls, with the "
               "same contents and in the same order: keep in a step what differs from run to run");
    return ids_in_ranges(ids);
}

void keep_answer(Session& session, const RunKey& run, const RunCall& call,
                 std::span<const std::int64_t> answer) {
    session.execute("call_insert", {{"job", run.job.value},
                                    {"number", call.number},
                                    {"digest", call.digest},
                                    {"ids", id_ranges(answer)}});
    session.execute("job_flag", {{"flag", kHasSavedWork}, {"ids", id_list(std::vector{run.job})}});
}

}  // namespace jobhost::storage
