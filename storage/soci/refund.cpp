#include "storage/soci/refund.hpp"

#include "storage/soci/held_jobs.hpp"
#include "storage/soci/id_list.hpp"
#include "storage/soci/operations.hpp"
#include "storage/soci/settle.hpp"

#include <boost/json.hpp>

#include <map>

namespace jobhost::storage {

namespace {

bool was_given_up(const HeldJob& job) {
    return job.reason == Reason::quarantined || job.reason == Reason::exhausted;
}

}  // namespace

void refund(Change& change, std::span<const CrashedJob> jobs, const std::string& by, const std::string& why) {
    Session& session = change.session;
    std::map<JobId, CrashedJob> given;
    std::vector<JobId> ids;
    for (const CrashedJob& job : jobs)
        if (given.emplace(job.job, job).second) ids.push_back(job.job);
    const std::vector<HeldJob> held = hold_jobs(session, ids);
    if (held.empty()) return;
    std::map<JobId, std::pair<Lease, int>> known;  // its last run, and its crashes
    for (const auto& [id, lease, crashes] :
         session.rows<long long, long long, int>("job_crashes", {{"ids", id_list(ids)}}))
        known[JobId{id}] = {Lease{lease}, crashes};
    boost::json::array rows;
    std::vector<JobId> given_up;
    std::vector<std::pair<JobId, JobEvent>> events;
    for (const HeldJob& job : held) {
        const CrashedJob& crashed = given.at(job.id);
        const auto& [lease, crashes] = known.at(job.id);
        if (crashes != crashed.crashes) continue;
        if (is_final(job.state)) {
            if (was_given_up(job) && lease == crashed.lease) given_up.push_back(job.id);
            continue;
        }
        rows.push_back({{"id", job.id.value}, {"refunded", crashed.refunded}});
        events.emplace_back(job.id, JobEvent{.at = session.now(),
                                             .cause = Cause::given_back,
                                             .attempt = job.attempt - crashed.refunded,
                                             .message = why,
                                             .by = by});
    }
    if (!rows.empty()) session.execute("job_refund", {{"rows", boost::json::serialize(rows)}});
    insert_events(session, events);
    if (!given_up.empty()) operate(change, given_up, {.verb = Verb::requeue, .by = by, .why = why});
}

}  // namespace jobhost::storage
