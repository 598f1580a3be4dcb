#include "storage/soci/known_jobs.hpp"

#include "storage/soci/id_list.hpp"
#include "storage/soci/instants.hpp"

#include <boost/json.hpp>

#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace jobhost::storage {

namespace {

void leave_out_known_ids(Session& session, SubmissionEntries& entries) {
    std::vector<JobId> ids;
    for (const SubmissionEntry& entry : entries)
        ids.push_back(entry.job.id);
    std::set<JobId> known;
    for (const auto& [id, state] : session.rows<long long, int>("job_existing", {{"ids", id_list(ids)}}))
        known.insert(JobId{id});
    for (SubmissionEntry& entry : entries)
        if (known.contains(entry.job.id)) entry.leave_out(entry.job.id);
}

void leave_out_known_instants(Change& change, SubmissionEntries& entries) {
    std::map<std::tuple<DefinitionId, TimePoint, Origin>, JobId> instants;
    boost::json::array rows;
    for (const SubmissionEntry& entry : entries) {
        const NewJob& job = entry.job;
        if (entry.is_left_out || !job.definition || !job.nominal_at) continue;
        if (!instants.try_emplace({*job.definition, *job.nominal_at, job.origin}, job.id).second) continue;
        rows.push_back({{"definition", job.definition->value},
                        {"nominal_at", micros(*job.nominal_at)},
                        {"origin", static_cast<int>(job.origin)}});
    }
    if (instants.empty()) return;
    for (const auto& [id, definition, nominal_at, origin] :
         change.session.rows<long long, long long, long long, int>("job_of_instants",
                                                                   {{"rows", boost::json::serialize(rows)}}))
        instants[{DefinitionId{definition}, instant(nominal_at), static_cast<Origin>(origin)}] = JobId{id};
    for (SubmissionEntry& entry : entries) {
        const NewJob& job = entry.job;
        if (entry.is_left_out || !job.definition || !job.nominal_at) continue;
        const JobId stands = instants.at({*job.definition, *job.nominal_at, job.origin});
        if (stands != job.id) entry.leave_out(stands);
    }
}

}  // namespace

void leave_out_known(Change& change, SubmissionEntries& entries) {
    leave_out_known_ids(change.session, entries);
    leave_out_known_instants(change, entries);
}

}  // namespace jobhost::storage
