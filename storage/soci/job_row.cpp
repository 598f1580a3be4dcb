#include "storage/soci/job_row.hpp"

#include "storage/model_json.hpp"
#include "storage/soci/instants.hpp"

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

// In any order.
std::vector<Job> select_some(Session& session, std::span<const JobId> ids) {
    std::vector<Job> jobs;
    for (auto& [id, type, payload_version, queue, priority, state, reason, due_at, enqueued_at, server, lease,
                claimed_at, started_at, finished_at, result, attempt, crashes, recoveries, warnings,
                arguments, definition, policy, created_at, expires_at, nominal_at, server_name] :
         session.rows_of_text<Number, std::string, int, std::string, int, int, int, MaybeNumber, MaybeNumber,
                              MaybeNumber, Number, MaybeNumber, MaybeNumber, MaybeNumber, MaybeText, int, int,
                              int, int, std::string, MaybeText, std::string, Number, MaybeNumber, MaybeNumber,
                              MaybeText>(select_of(session, ids))) {
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
            .policy = policy_from_json(policy),
            .created_at = instant(created_at),
            .started_at = instant(started_at),
            .finished_at = instant(finished_at),
            .expires_at = instant(expires_at),
            .nominal_at = instant(nominal_at),
            .server = std::move(server_name).value_or(""),
            .lease = Lease{lease},
        });
    }
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
