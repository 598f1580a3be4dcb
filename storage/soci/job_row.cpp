#include "storage/soci/job_row.hpp"

#include "storage/model_json.hpp"
#include "storage/soci/id_list.hpp"
#include "storage/soci/instants.hpp"
#include "storage/soci/job_flags.hpp"
#include "storage/storage_error.hpp"

#include <algorithm>
#include <map>

namespace jobhost::storage {

namespace {

// A text that grows with each id stays short enough for every server.
constexpr std::size_t kMostInList = 500;

using Number = long long;
using MaybeNumber = std::optional<long long>;
using MaybeText = std::optional<std::string>;

// What the state column and its facts say together.
struct StateColumns {
    int state = 0;
    int reason = 0;
    MaybeNumber due_at;
    MaybeNumber enqueued_at;
    MaybeNumber server;
    Number lease = 0;
    MaybeNumber claimed_at;
    MaybeNumber started_at;
    MaybeNumber finished_at;
    MaybeText result;
};

State state_of(StateColumns& row) {
    const auto reason = static_cast<Reason>(row.reason);
    const auto at = [](const MaybeNumber& micros) { return instant(micros.value_or(0)); };
    switch (static_cast<StateName>(row.state)) {
        case StateName::awaiting:
            return Awaiting{reason};
        case StateName::scheduled:
            return Scheduled{at(row.due_at), reason};
        case StateName::enqueued:
            return Enqueued{at(row.enqueued_at)};
        case StateName::processing:
            return Processing{ServerId{row.server.value_or(0)}, Lease{row.lease}, at(row.claimed_at)};
        case StateName::succeeded:
            return Succeeded{at(row.started_at), at(row.finished_at), std::move(row.result).value_or("")};
        case StateName::failed:
            return Failed{at(row.finished_at), reason};
        case StateName::deleted:
            break;
    }
    return Deleted{at(row.finished_at), reason};
}

// Ids are numbers: they may stand in the text.
std::string select_of(const Session& session, std::span<const JobId> ids) {
    std::string text = session.catalog()["job_select"] + "\nWHERE job.id IN (";
    for (const JobId id : ids)
        text += std::to_string(id.value) + ",";
    text.back() = ')';
    return text;
}

struct StoredPolicy {
    Policy policy;
    std::string unreadable;  // why it is not what is stored
};

StoredPolicy stored_policy(const std::string& body) {
    try {
        return {policy_from_json(body), {}};
    } catch (const StorageError& error) {
        return {{}, error.what()};
    }
}

// "name:key".
LimitUse limit_use_of(const std::string& key) {
    const auto colon = key.find(':');
    return {key.substr(0, colon), key.substr(colon + 1)};
}

Job& job_of(std::vector<Job>& jobs, long long id) {
    return *std::find_if(jobs.begin(), jobs.end(), [&](const Job& job) { return job.id.value == id; });
}

void read_tags(Session& session, const std::vector<JobId>& ids, std::vector<Job>& jobs) {
    if (ids.empty()) return;
    for (auto& [id, tag] : session.rows<long long, std::string>("tag_of", {{"ids", id_list(ids)}}))
        job_of(jobs, id).tags.push_back(std::move(tag));
}

void read_limits(Session& session, const std::vector<JobId>& ids, std::vector<Job>& jobs) {
    if (ids.empty()) return;
    for (const auto& [id, key, is_promised] :
         session.rows<long long, std::string, int>("limit_use_of", {{"ids", id_list(ids)}})) {
        Job& job = job_of(jobs, id);
        job.limits.push_back(limit_use_of(key));
        if (is_promised != 0) job.promised.push_back(job.limits.back());
    }
}

// In any order.
std::vector<Job> select_some(Session& session, std::span<const JobId> ids) {
    std::vector<Job> jobs;
    std::vector<JobId> with_tags;
    std::vector<JobId> with_limits;
    for (auto& [id, type, payload_version, queue, priority, state, reason, due_at, enqueued_at, server, lease,
                claimed_at, started_at, finished_at, result, attempt, crashes, recoveries, warnings,
                arguments, definition, body, created_at, expires_at, nominal_at, server_name, cancelled,
                batch, creator, flags, limit_key] :
         session.rows_of_text<Number, std::string, int, std::string, int, int, int, MaybeNumber, MaybeNumber,
                              MaybeNumber, Number, MaybeNumber, MaybeNumber, MaybeNumber, MaybeText, int, int,
                              int, int, std::string, MaybeText, std::string, Number, MaybeNumber, MaybeNumber,
                              MaybeText, MaybeNumber, MaybeNumber, MaybeNumber, int, MaybeText>(
             select_of(session, ids))) {
        const StoredPolicy policy = stored_policy(body);
        StateColumns columns{state, reason,     due_at,     enqueued_at, server,
                             lease, claimed_at, started_at, finished_at, std::move(result)};
        jobs.push_back(Job{
            .id = JobId{id},
            .type = std::move(type),
            .payload_version = payload_version,
            .queue = QueueName{std::move(queue)},
            .priority = priority,
            .state = state_of(columns),
            .attempt = attempt,
            .crashes = crashes,
            .recoveries = recoveries,
            .warnings = warnings,
            .arguments = std::move(arguments),
            .definition = std::move(definition).value_or(""),
            .policy = policy.policy,
            .created_at = instant(created_at),
            .started_at = instant(started_at),
            .finished_at = instant(finished_at),
            .expires_at = instant(expires_at),
            .nominal_at = instant(nominal_at),
            .server = std::move(server_name).value_or(""),
            .lease = Lease{lease},
            .cancel_requested_at = instant(cancelled),
            .batch = batch ? std::optional{BatchId{*batch}} : std::nullopt,
            .creator = creator ? std::optional{JobId{*creator}} : std::nullopt,
            .tags = {},
            .limits = {},
            .parked_on = limit_key ? std::optional{limit_use_of(*limit_key)} : std::nullopt,
            .unreadable = policy.unreadable,
        });
        if ((flags & kHasTags) != 0) with_tags.push_back(JobId{id});
        if ((flags & kHasLimits) != 0) with_limits.push_back(JobId{id});
    }
    read_tags(session, with_tags, jobs);
    read_limits(session, with_limits, jobs);
    return jobs;
}

}  // namespace

std::vector<Job> select_jobs(Session& session, std::span<const JobId> ids) {
    std::map<JobId, Job> found;
    for (std::span rest = ids; !rest.empty(); rest = rest.subspan(std::min(rest.size(), kMostInList)))
        for (Job& job : select_some(session, rest.first(std::min(rest.size(), kMostInList))))
            found.emplace(job.id, std::move(job));
    std::vector<Job> jobs;
    for (const JobId id : ids)
        if (auto job = found.extract(id)) jobs.push_back(std::move(job.mapped()));
    return jobs;
}

}  // namespace jobhost::storage
