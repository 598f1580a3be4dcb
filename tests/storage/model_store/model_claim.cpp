#include "tests/storage/model_store/model_claim.hpp"

#include <algorithm>
#include <tuple>

namespace jobhost::storage::model {

namespace {

bool contains(const std::vector<JobId>& ids, JobId id) {
    return std::find(ids.begin(), ids.end(), id) != ids.end();
}

std::optional<int> rank_of(LaneId lane, const ClaimRequest& claim) {
    for (const ClaimLane& asked : claim.lanes)
        if (asked.lane == lane) return asked.rank;
    return std::nullopt;
}

// Sorts as a claim does. REQUIRES: the job's lane is asked for.
auto place_of(JobId id, const ModelDatabase& database, const ClaimRequest& claim) {
    const JobRecord& job = database.jobs.at(id);
    return std::tuple{rank_of(job.lane, claim).value(), job.order_key, id};
}

}  // namespace

std::vector<JobId> candidates(const ModelDatabase& database, const ClaimRequest& claim, bool are_expired,
                              TimePoint now) {
    std::vector<JobId> found;
    for (const auto& [id, job] : database.jobs)
        if (job.state() == StateName::enqueued && rank_of(job.lane, claim) &&
            is_expired(job, now) == are_expired)
            found.push_back(id);
    std::sort(found.begin(), found.end(),
              [&](JobId a, JobId b) { return place_of(a, database, claim) < place_of(b, database, claim); });
    return found;
}

Choice best_choice(const ModelDatabase& database, const ClaimRequest& claim, TimePoint now) {
    if (claim.limit == 0) return {};
    Choice choice{candidates(database, claim, false, now), candidates(database, claim, true, now)};
    if (choice.claimed.size() < claim.limit) return choice;
    choice.claimed.resize(claim.limit);
    const auto last = place_of(choice.claimed.back(), database, claim);
    std::erase_if(choice.expired, [&](JobId id) { return place_of(id, database, claim) > last; });
    return choice;
}

std::string fault_in(const Choice& choice, const ModelDatabase& database, const ClaimRequest& claim,
                     TimePoint now) {
    const std::vector<JobId> ready = candidates(database, claim, false, now);
    const std::vector<JobId> expired = candidates(database, claim, true, now);
    for (const JobId id : choice.expired)
        if (claim.limit == 0 || !contains(expired, id)) return "deleted a job that it need not look at";
    for (const JobId id : choice.claimed)
        if (!contains(ready, id)) return "claimed a job that is not ready";
    if (choice.claimed.size() != std::min(claim.limit, ready.size()))
        return "claimed " + std::to_string(choice.claimed.size()) + " jobs of " +
               std::to_string(ready.size()) + " that are ready, limit " + std::to_string(claim.limit);
    if (choice.claimed.empty()) return {};
    if (choice.claimed.front() != ready.front()) return "the first job is not the best one";
    for (std::size_t i = 1; i < choice.claimed.size(); ++i)
        if (place_of(choice.claimed[i], database, claim) <= place_of(choice.claimed[i - 1], database, claim))
            return "the jobs are not in order, best first";
    std::set<LaneId> left;  // lanes of which a ready job stayed behind
    for (const JobId id : ready) {
        const LaneId lane = database.jobs.at(id).lane;
        if (!contains(choice.claimed, id))
            left.insert(lane);
        else if (left.contains(lane))
            return "passed over a better job of the same lane";
    }
    return {};
}

std::vector<ClaimedJob> take(ModelDatabase& database, ServerId server, const Choice& choice, TimePoint now) {
    for (const JobId id : choice.expired)
        expire(database.jobs.at(id), now);
    std::vector<ClaimedJob> taken;
    for (const JobId id : choice.claimed) {
        JobRecord& job = database.jobs.at(id);
        job.server = server;
        ++job.seen.lease.value;
        ++job.seen.attempt;
        job.seen.state = Processing{server, job.seen.lease, now};
        const DefinitionRecord* definition =
            job.definition ? database.find_definition(*job.definition) : nullptr;
        taken.push_back({.id = id,
                         .lease = job.seen.lease,
                         .lane = job.lane,
                         .attempt = job.seen.attempt,
                         .crashes = job.seen.crashes,
                         .recoveries = job.seen.recoveries,
                         .interruptions = job.interruptions,
                         .order_key = job.order_key,
                         .policy = job.seen.policy,
                         .arguments = job.seen.arguments,
                         .definition = definition ? definition->stored.definition.name : "",
                         .nominal_at = job.seen.nominal_at,
                         .claimed_at = now});
    }
    return taken;
}

}  // namespace jobhost::storage::model
