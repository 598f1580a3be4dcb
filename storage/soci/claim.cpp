#include "storage/soci/claim.hpp"

#include "storage/server_store.hpp"
#include "storage/soci/instants.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <map>
#include <tuple>

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

std::vector<std::tuple<long long, long long>> head_of(Session& session, LaneId lane, std::size_t count) {
    return session.rows<long long, long long>(
        "job_candidates", {{"lane", lane.value}, {"count", static_cast<long long>(count)}});
}

// The best `claim.limit` jobs of all lanes, best first.
std::vector<Candidate> best_candidates(Session& session, const ClaimRequest& claim) {
    std::vector<Candidate> found;
    for (const ClaimLane& lane : claim.lanes)
        for (const auto& [order_key, id] : head_of(session, lane.lane, claim.limit))
            found.push_back({lane.rank, order_key, id});
    std::sort(found.begin(), found.end());
    if (found.size() > claim.limit) found.resize(claim.limit);
    return found;
}

// Claims all `ids`; what has expired, or was cancelled, is deleted instead and not returned.
std::map<long long, ClaimedJob> claim_ids(Session& session, NameCache& names, NameCache::Draft& draft,
                                          ServerId server, const json::array& ids, TimePoint now) {
    using Row = std::tuple<long long, int, long long, long long, int, int, int, int, long long, long long,
                           std::string, std::optional<long long>, std::optional<long long>>;
    const std::vector<Row> rows =
        session.rows<long long, int, long long, long long, int, int, int, int, long long, long long,
                     std::string, std::optional<long long>, std::optional<long long>>(
            "job_claim", {{"ids", json::serialize(ids)}, {"server", server.value}, {"now", micros(now)}});
    std::map<long long, ClaimedJob> claimed;
    for (const auto& [id, state, lease, lane, attempt, crashes, recoveries, interruptions, order_key, policy,
                      arguments, definition, nominal_at] : rows) {
        if (state != static_cast<int>(StateName::processing)) continue;
        claimed[id] = ClaimedJob{
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
    return claimed;
}

}  // namespace

bool has_candidates(Session& session, const ClaimRequest& claim) {
    if (claim.limit == 0) return false;
    return std::any_of(claim.lanes.begin(), claim.lanes.end(),
                       [&](const ClaimLane& lane) { return !head_of(session, lane.lane, 1).empty(); });
}

bool is_live(Session& session, ServerId server) {
    const auto found = session.rows<int>("server_state", {{"id", server.value}});
    return !found.empty() && std::get<0>(found.front()) == static_cast<int>(ServerState::live);
}

std::vector<ClaimedJob> take(Session& session, NameCache& names, NameCache::Draft& draft, ServerId server,
                             const ClaimRequest& claim, TimePoint now) {
    std::vector<ClaimedJob> taken;
    for (int round = 0; round < kMostRounds && taken.size() < claim.limit; ++round) {
        ClaimRequest rest = claim;
        rest.limit = claim.limit - taken.size();
        const std::vector<Candidate> best = best_candidates(session, rest);
        if (best.empty()) break;
        json::array ids;
        for (const Candidate& candidate : best)
            ids.push_back(candidate.id);
        auto claimed = claim_ids(session, names, draft, server, ids, now);
        for (const Candidate& candidate : best)
            if (auto found = claimed.extract(candidate.id)) taken.push_back(std::move(found.mapped()));
    }
    return taken;
}

}  // namespace jobhost::storage
