#include "storage/soci/claim.hpp"

#include "storage/server_store.hpp"
#include "storage/soci/instants.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <limits>
#include <map>
#include <tuple>
#include <utility>

namespace jobhost::storage {

namespace {

namespace json = boost::json;

// A round may find only jobs that have expired. So many of those that they would keep everybody else from
// writing are left to the next claims.
constexpr int kMostRounds = 32;

// What orders the jobs of a claim.
struct Candidate {
    int rank = 0;
    long long order_key = 0;
    long long id = 0;
    auto operator<=>(const Candidate&) const = default;
};

ClaimPosition position_of(const ClaimLane& lane) {
    constexpr std::int64_t kBeforeAll = std::numeric_limits<std::int64_t>::min();
    return lane.after.value_or(ClaimPosition{kBeforeAll, JobId{kBeforeAll}});
}

// False: there were none.
bool forget_positions(ClaimRequest& claim) {
    bool had_any = false;
    for (ClaimLane& lane : claim.lanes)
        had_any = std::exchange(lane.after, std::nullopt).has_value() || had_any;
    return had_any;
}

// More than is asked for: others may hold some of them.
std::size_t wanted_of(std::size_t limit) {
    return 2 * limit;
}

// The best jobs of all lanes, best first. From each lane come enough that a claim is full even if all other
// lanes are nearly empty; the rest comes with the next round.
std::vector<Candidate> heads_of_all(Session& session, const ClaimRequest& claim) {
    json::array lanes;
    for (const ClaimLane& lane : claim.lanes)
        lanes.push_back({{"lane", lane.lane.value},
                         {"rank", lane.rank},
                         {"key", position_of(lane).order_key},
                         {"id", position_of(lane).job.value}});
    const std::size_t wanted = wanted_of(claim.limit);
    const std::size_t each = (wanted + lanes.size() - 1) / lanes.size() + 16;
    std::vector<Candidate> found;
    for (const auto& [order_key, id, rank] : session.rows<long long, long long, int>(
             "job_candidates", {{"lanes", json::serialize(lanes)},
                                {"each", static_cast<long long>(each)},
                                {"count", static_cast<long long>(wanted)}}))
        found.push_back({rank, order_key, id});
    return found;
}

std::vector<std::tuple<long long, long long>> head_of(Session& session, const ClaimLane& lane,
                                                      std::size_t count) {
    const ClaimPosition position = position_of(lane);
    return session.rows<long long, long long>("job_candidates_of_lane",
                                              {{"lane", lane.lane.value},
                                               {"key", position.order_key},
                                               {"id", position.job.value},
                                               {"count", static_cast<long long>(count)}});
}

// The same lane by lane, where a statement costs no round trip.
std::vector<Candidate> heads_one_by_one(Session& session, const ClaimRequest& claim) {
    std::vector<Candidate> found;
    for (const ClaimLane& lane : claim.lanes)
        for (const auto& [order_key, id] : head_of(session, lane, claim.limit))
            found.push_back({lane.rank, order_key, id});
    std::sort(found.begin(), found.end());
    if (found.size() > claim.limit) found.resize(claim.limit);
    return found;
}

std::vector<Candidate> best_candidates(Session& session, const ClaimRequest& claim) {
    if (claim.lanes.empty()) return {};
    return takes_lanes_one_by_one(session.catalog()) ? heads_one_by_one(session, claim)
                                                     : heads_of_all(session, claim);
}

// Where an UPDATE can only return numbers, what the jobs are to work on comes by a statement of its own.
void read_arguments(Session& session, std::map<long long, ClaimedJob>& jobs) {
    if (jobs.empty() || !session.catalog().contains("job_arguments")) return;
    json::array ids;
    for (const auto& [id, job] : jobs)
        ids.push_back(id);
    for (auto& [id, arguments] :
         session.rows<long long, std::string>("job_arguments", {{"ids", json::serialize(ids)}}))
        jobs.at(id).arguments = std::move(arguments);
}

struct Claimed {
    std::map<long long, ClaimedJob> jobs;
    std::size_t touched = 0;  // the deleted ones included
};

// Claims the first `count` of these that nobody else holds; what has expired, or was cancelled, is deleted
// instead.
Claimed claim_best(Session& session, NameCache& names, NameCache::Draft& draft, Tally& tally, ServerId server,
                   const std::vector<Candidate>& best, std::size_t count) {
    if (best.empty()) return {};
    const TimePoint now = session.now();
    json::array ids;
    for (const Candidate& candidate : best)
        ids.push_back(candidate.id);
    using Maybe = std::optional<long long>;
    const auto rows =
        session.rows<long long, int, long long, long long, int, int, int, int, long long, long long,
                     std::string, Maybe, Maybe>("job_claim", {{"ids", json::serialize(ids)},
                                                              {"count", static_cast<long long>(count)},
                                                              {"server", server.value},
                                                              {"now", micros(now)}});
    Claimed claimed;
    claimed.touched = rows.size();
    for (const auto& [id, state, lease, lane, attempt, crashes, recoveries, interruptions, order_key, policy,
                      arguments, definition, nominal_at] : rows) {
        tally.moved(LaneId{lane}, StateName::enqueued, static_cast<StateName>(state));
        if (state != static_cast<int>(StateName::processing)) continue;
        claimed.jobs[id] = ClaimedJob{
            .id = JobId{id},
            .lease = Lease{lease},
            .lane = LaneId{lane},
            .attempt = attempt,
            .crashes = crashes,
            .recoveries = recoveries,
            .interruptions = interruptions,
            .order_key = order_key,
            .policy = names.policy(session, draft, PolicyId{policy}),
            .arguments = arguments,
            .definition = definition ? names.definition_name(session, draft, DefinitionId{*definition}) : "",
            .nominal_at = instant(nominal_at),
            .claimed_at = now,
        };
    }
    read_arguments(session, claimed.jobs);
    return claimed;
}

}  // namespace

bool takes_lanes_one_by_one(const StatementCatalog& catalog) {
    return catalog.contains("job_candidates_of_lane");
}

bool has_candidates(Session& session, const ClaimRequest& claim) {
    return std::any_of(claim.lanes.begin(), claim.lanes.end(), [&](const ClaimLane& lane) {
        return !head_of(session, {.lane = lane.lane}, 1).empty();
    });
}

bool is_live(Session& session, ServerId server) {
    const auto found = session.rows<int>("server_state", {{"id", server.value}});
    return !found.empty() && std::get<0>(found.front()) == static_cast<int>(ServerState::live);
}

std::vector<ClaimedJob> take(Session& session, NameCache& names, NameCache::Draft& draft, Tally& tally,
                             ServerId server, const ClaimRequest& claim) {
    std::vector<ClaimedJob> taken;
    ClaimRequest rest = claim;
    for (int round = 0; round < kMostRounds && taken.size() < claim.limit; ++round) {
        rest.limit = claim.limit - taken.size();
        const std::vector<Candidate> best = best_candidates(session, rest);
        Claimed claimed = claim_best(session, names, draft, tally, server, best, rest.limit);
        for (const Candidate& candidate : best)
            if (auto found = claimed.jobs.extract(candidate.id)) taken.push_back(std::move(found.mapped()));
        if (claimed.touched > 0) continue;
        // There are none, or others are taking them: at least not behind the positions.
        if (!forget_positions(rest)) break;
    }
    return taken;
}

}  // namespace jobhost::storage
