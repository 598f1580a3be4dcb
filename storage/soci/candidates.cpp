#include "storage/soci/candidates.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <limits>
#include <tuple>

namespace jobhost::storage {

namespace {

ClaimPosition position_of(const ClaimLane& lane) {
    constexpr std::int64_t kBeforeAll = std::numeric_limits<std::int64_t>::min();
    return lane.after.value_or(ClaimPosition{kBeforeAll, JobId{kBeforeAll}});
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

std::vector<Candidate> heads_one_by_one(Session& session, const ClaimRequest& claim, std::size_t count) {
    std::vector<Candidate> found;
    for (const ClaimLane& lane : claim.lanes)
        for (const auto& [order_key, id] : head_of(session, lane, count))
            found.push_back({lane.rank, order_key, id});
    std::sort(found.begin(), found.end());
    return found;
}

}  // namespace

bool takes_lanes_one_by_one(const StatementCatalog& catalog) {
    return catalog.contains("job_candidates_of_lane");
}

bool has_candidates(Session& session, const ClaimRequest& claim) {
    const auto is_any_in = [&](const std::vector<ClaimLane>& lanes) {
        return std::any_of(lanes.begin(), lanes.end(), [&](const ClaimLane& lane) {
            return !head_of(session, {.lane = lane.lane}, 1).empty();
        });
    };
    return is_any_in(claim.lanes) || std::any_of(claim.more.begin(), claim.more.end(), [&](const auto& part) {
               return part.limit > 0 && is_any_in(part.lanes);
           });
}

std::vector<Candidate> best_candidates(Session& session, const ClaimRequest& claim,
                                       const std::set<JobId>& granted) {
    const std::size_t wanted = claim.limit + granted.size();
    std::vector<Candidate> found =
        takes_lanes_one_by_one(session.catalog())
            ? heads_one_by_one(session, claim, wanted)
            : heads_of_all(session, claim, 2 * wanted);  // others may hold some of them
    std::erase_if(found, [&](const Candidate& candidate) { return granted.contains(JobId{candidate.id}); });
    if (takes_lanes_one_by_one(session.catalog()) && found.size() > claim.limit) found.resize(claim.limit);
    return found;
}

std::vector<Candidate> heads_of_all(Session& session, const ClaimRequest& claim, std::size_t count) {
    std::vector<Candidate> found;
    for (const auto& [order_key, id, rank] : session.rows<long long, long long, int>(
             "job_candidates", {{"lanes", lanes_text(claim)},
                                {"each", candidates_of_each(claim, count)},
                                {"count", static_cast<long long>(count)}}))
        found.push_back({rank, order_key, id});
    return found;
}

std::string lanes_text(const ClaimRequest& claim) {
    boost::json::array lanes;
    for (const ClaimLane& lane : claim.lanes)
        lanes.push_back({{"lane", lane.lane.value},
                         {"rank", lane.rank},
                         {"key", position_of(lane).order_key},
                         {"id", position_of(lane).job.value}});
    return boost::json::serialize(lanes);
}

long long candidates_of_each(const ClaimRequest& claim, std::size_t count) {
    return static_cast<long long>((count + claim.lanes.size() - 1) / claim.lanes.size() + 16);
}

}  // namespace jobhost::storage
