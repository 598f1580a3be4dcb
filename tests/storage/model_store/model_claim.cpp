#include "tests/storage/model_store/model_claim.hpp"

#include "tests/storage/model_store/model_limits.hpp"
#include "tests/storage/model_store/model_unique.hpp"

#include <algorithm>
#include <functional>
#include <stdexcept>

namespace jobhost::storage::model {

namespace {

struct Part {
    const std::vector<ClaimLane>& lanes;
    std::size_t limit;
};

std::vector<Part> parts_of(const ClaimRequest& claim) {
    std::vector<Part> parts{{claim.lanes, claim.limit}};
    for (const ClaimRequest::Part& more : claim.more)
        parts.push_back({more.lanes, more.limit});
    return parts;
}

ClaimedJob start(ModelDatabase& database, ServerId server, JobRecord& job, TimePoint now) {
    free_key_at_claim(job);
    job.server = server;
    ++job.seen.lease.value;
    ++job.seen.attempt;
    become(job, Processing{server, job.seen.lease, now});
    const DefinitionRecord* definition = job.definition ? database.find_definition(*job.definition) : nullptr;
    return {.id = job.seen.id,
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
            .claimed_at = now,
            .batch = job.seen.batch,
            .parents = job.parents};
}

// Of those that `is_looked_at` lets through.
std::vector<ClaimedJob> take_if(ModelDatabase& database, ServerId server, const ClaimRequest& claim,
                                TimePoint now, const std::function<bool(JobId)>& is_looked_at) {
    std::vector<ClaimedJob> taken;
    const std::vector<Part> parts = parts_of(claim);
    std::vector<std::size_t> of_part(parts.size());
    for (const auto& [part, rank, order_key, id] : candidates(database, claim)) {
        if (taken.size() == claim.limit || of_part[part] == parts[part].limit || !is_looked_at(id)) continue;
        JobRecord& job = database.jobs.at(id);
        if (end_unless_wanted(job, now) || !admit(database, job, now)) {
            grant_slots(database, now);  // that it held
            continue;
        }
        taken.push_back(start(database, server, job, now));
        ++of_part[part];
    }
    return taken;
}

template <class List>
bool contains(const List& list, JobId id) {
    return std::find(list.begin(), list.end(), id) != list.end();
}

// Why no database may have left these where they are; empty: it may.
std::string fault_in(const Choice& choice, const std::vector<Place>& places, const ModelDatabase& before_it,
                     const ClaimRequest& claim, TimePoint now) {
    const std::vector<Part> parts = parts_of(claim);
    std::vector<std::size_t> claimed(parts.size());
    std::vector<std::size_t> left(parts.size());
    std::set<LaneId> behind;  // lanes of which a ready job stayed behind
    std::vector<JobId> in_order;
    bool is_best_taken = true;
    for (const Place& place : places) {
        const auto& [part, rank, order_key, id] = place;
        const JobRecord& job = before_it.jobs.at(id);
        if (contains(choice.claimed, id)) {
            if (behind.contains(job.lane)) return "passed over a better job of the same lane";
            if (in_order.empty() && !is_best_taken) return "the first job is not the best one";
            in_order.push_back(id);
            ++claimed[part];
        } else if (!contains(choice.passed, id) && !is_expired(job, now)) {
            behind.insert(job.lane);
            is_best_taken = false;
            ++left[part];
        }
    }
    if (in_order != choice.claimed) return "the jobs are not ready, or not in order, best first";
    std::size_t sum = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const std::size_t most = std::min(parts[i].limit, claim.limit - sum);
        if (claimed[i] > most) return "claimed more than the limit";
        if (claimed[i] < most && left[i] > 0) return "left ready jobs behind";
        sum += claimed[i];
    }
    return {};
}

}  // namespace

std::vector<Place> candidates(const ModelDatabase& database, const ClaimRequest& claim) {
    std::vector<Place> found;
    const std::vector<Part> parts = parts_of(claim);
    for (const auto& [id, job] : database.jobs) {
        if (job.state() != StateName::enqueued) continue;
        for (std::size_t part = 0; part < parts.size(); ++part)
            for (const ClaimLane& lane : parts[part].lanes)
                if (lane.lane == job.lane) found.emplace_back(part, lane.rank, job.order_key, id);
    }
    std::sort(found.begin(), found.end());
    return found;
}

std::vector<ClaimedJob> take(ModelDatabase& database, ServerId server, const ClaimRequest& claim,
                             TimePoint now) {
    return take_if(database, server, claim, now, [](JobId) { return true; });
}

std::vector<ClaimedJob> take_as(ModelDatabase& database, ServerId server, const ClaimRequest& claim,
                                const Choice& choice, TimePoint now) {
    const std::string fault = fault_in(choice, candidates(database, claim), database, claim, now);
    if (!fault.empty()) throw std::runtime_error{fault};
    std::vector<ClaimedJob> taken = take_if(database, server, claim, now, [&](JobId id) {
        return contains(choice.claimed, id) || contains(choice.passed, id);
    });
    const bool is_same = std::equal(taken.begin(), taken.end(), choice.claimed.begin(), choice.claimed.end(),
                                    [](const ClaimedJob& run, JobId id) { return run.id == id; });
    if (!is_same) throw std::runtime_error{"claimed a job that must not run, or passed one that may"};
    return taken;
}

}  // namespace jobhost::storage::model
