#include "storage/soci/claim.hpp"

#include "storage/server_store.hpp"
#include "storage/soci/admission.hpp"
#include "storage/soci/candidates.hpp"
#include "storage/soci/departures.hpp"
#include "storage/soci/edge_rows.hpp"
#include "storage/soci/held_jobs.hpp"
#include "storage/soci/id_list.hpp"
#include "storage/soci/instants.hpp"
#include "storage/soci/job_flags.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace jobhost::storage {

namespace {

namespace json = boost::json;

// A round may find only jobs that have expired. So many of those that they would keep everybody else from
// writing are left to the next claims.
constexpr int kMostRounds = 32;
// How much further than usual a claim looks behind what others hold. It is not to be theirs for long.
constexpr std::size_t kWidest = 64;
// For so long a job is left to hosts that can read its policy.
constexpr Duration kPutOff = std::chrono::minutes{1};

// False: there were none.
bool forget_positions(ClaimRequest& claim) {
    bool had_any = false;
    for (ClaimLane& lane : claim.lanes)
        had_any = std::exchange(lane.after, std::nullopt).has_value() || had_any;
    return had_any;
}

// Where an UPDATE can only return numbers, what the jobs are to work on comes by a statement of its own.
void read_arguments(Session& session, std::map<Candidate, ClaimedJob>& jobs) {
    if (jobs.empty() || !session.catalog().contains("job_arguments")) return;
    json::array ids;
    for (const auto& [place, job] : jobs)
        ids.push_back(place.id);
    std::map<long long, std::string> found;
    for (auto& [id, arguments] :
         session.rows<long long, std::string>("job_arguments", {{"ids", json::serialize(ids)}}))
        found[id] = std::move(arguments);
    for (auto& [place, job] : jobs)
        job.arguments = std::move(found[place.id]);
}

using Maybe = std::optional<long long>;
using Row = std::tuple<long long, int, long long, long long, int, int, int, int, long long, long long,
                       std::string, Maybe, Maybe, int, Maybe>;

// One server's claim, in one transaction.
class Claimer {
public:
    // `granted`: jobs that have become enqueued by this claim, and are for the next one.
    // Departures are followed when all of the claim is done.
    Claimer(Change& change, std::set<JobId>& granted, Departures& departures, ServerId server,
            const ClaimRequest& claim)
        : change_{change},
          session_{change.session},
          granted_{granted},
          departures_{departures},
          server_{server},
          rest_{claim} {
        for (const ClaimLane& lane : claim.lanes)
            ranks_[lane.lane] = lane.rank;
    }

    std::vector<ClaimedJob> claim() {
        const bool is_in_one = session_.catalog().contains("job_claim_best");
        for (int round = 0; round < kMostRounds && rest_.limit > 0; ++round) {
            const std::size_t wanted = rest_.limit;
            const std::size_t touched = is_in_one ? claim_in_one() : claim_candidates();
            if (touched == wanted) continue;
            // There are no more, or others are taking them: at least not behind the positions.
            if (forget_positions(rest_)) continue;
            if (is_in_one ? !is_more_in_sight() : touched == 0) break;
        }
        return std::move(taken_);
    }

private:
    // How many rows it touched, the deleted ones included.
    std::size_t claim_candidates() {
        const std::vector<Candidate> best = best_candidates(session_, rest_, granted_);
        if (best.empty()) return 0;
        json::array ids;
        for (const Candidate& candidate : best)
            ids.push_back(candidate.id);
        const std::vector<Row> rows = read("job_claim", {{"ids", json::serialize(ids)},
                                                         {"count", static_cast<long long>(rest_.limit)},
                                                         {"server", server_.value},
                                                         {"now", micros(session_.now())}});
        for (const Row& row : rows)
            change_.tally.moved(LaneId{std::get<3>(row)}, StateName::enqueued,
                                static_cast<StateName>(std::get<1>(row)));
        keep(rows);
        return rows.size();
    }

    // Writes the counters, too.
    std::size_t claim_in_one() {
        const Parameters parameters{{"lanes", lanes_text(rest_)},
                                    {"each", candidates_of_each(rest_, window())},
                                    {"window", static_cast<long long>(window())},
                                    {"count", static_cast<long long>(rest_.limit)},
                                    {"server", server_.value},
                                    {"now", micros(session_.now())},
                                    {"slot", session_.counter_slot()},
                                    {"changes", change_.tally.take()},
                                    {"granted", id_list(granted_)}};
        const std::vector<Row> rows = read("job_claim_best", parameters);
        keep(rows);
        return rows.size();
    }

    // After a short claim: others hold what was looked at, but there is more behind that.
    bool is_more_in_sight() {
        if (widening_ == kWidest || heads_of_all(session_, rest_, window()).empty()) return false;
        widening_ *= 4;
        return true;
    }

    std::size_t window() const { return 2 * rest_.limit * widening_; }

    std::vector<Row> read(const char* statement, const Parameters& parameters) {
        return session_.rows<long long, int, long long, long long, int, int, int, int, long long, long long,
                             std::string, Maybe, Maybe, int, Maybe>(statement, parameters);
    }

    // Best first.
    void keep(const std::vector<Row>& rows) {
        std::map<Candidate, ClaimedJob> claimed;
        std::map<Candidate, ClaimedRow> special;
        std::vector<JobId> unreadable;
        for (const auto& [id, state, lease, lane, attempt, crashes, recoveries, interruptions, order_key,
                          policy, arguments, definition, nominal_at, flags, batch] : rows) {
            const Candidate place{ranks_[LaneId{lane}], order_key, id};
            const bool is_over = state != static_cast<int>(StateName::processing);
            const auto read =
                is_over ? Policy{} : change_.names.policy(session_, change_.draft, PolicyId{policy});
            if (!read) {
                unreadable.emplace_back(JobId{id});
                departures_.add(JobId{id}, StateName::scheduled, flags, batch);
                continue;
            }
            if (is_over ? (flags & kHasLimits) != 0 : flags != 0 || batch)
                special[place] = {.id = JobId{id},
                                  .lane = LaneId{lane},
                                  .flags = flags,
                                  .batch = batch ? std::optional{BatchId{*batch}} : std::nullopt,
                                  .is_over = is_over};
            if (is_over) {
                departures_.add(JobId{id}, static_cast<StateName>(state), flags, batch);
                continue;
            }
            claimed[place] = ClaimedJob{
                .id = JobId{id},
                .lease = Lease{lease},
                .lane = LaneId{lane},
                .attempt = attempt,
                .crashes = crashes,
                .recoveries = recoveries,
                .interruptions = interruptions,
                .order_key = order_key,
                .policy = *read,
                .arguments = arguments,
                .definition = definition ? change_.names.definition_name(session_, change_.draft,
                                                                         DefinitionId{*definition})
                                         : "",
                .nominal_at = instant(nominal_at),
                .claimed_at = session_.now(),
                .batch = batch ? std::optional{BatchId{*batch}} : std::nullopt,
            };
        }
        put_off(unreadable);
        if (!special.empty()) turn_away_from(claimed, special);
        read_arguments(session_, claimed);
        rest_.limit -= claimed.size();
        for (auto& [place, job] : claimed)
            taken_.push_back(std::move(job));
    }

    // A newer host may know what to do with them.
    void put_off(const std::vector<JobId>& jobs) {
        if (jobs.empty()) return;
        JobMoves moves{change_};
        for (const HeldJob& job : hold_jobs(session_, jobs))
            moves.schedule(job, session_.now() + kPutOff, Reason::unreadable);
        moves.write();
        session_.execute("job_unclaim", {{"ids", id_list(jobs)}});
    }

    // What may not run after all is left out; what may is told how its parents ended.
    void turn_away_from(std::map<Candidate, ClaimedJob>& claimed,
                        const std::map<Candidate, ClaimedRow>& special) {
        std::vector<ClaimedRow> rows;
        for (const auto& [place, row] : special)
            rows.push_back(row);
        const std::set<JobId> away = turn_away(change_, rows, granted_, departures_);
        std::map<JobId, Candidate> children;
        for (const auto& [place, row] : special)
            if (away.contains(row.id))
                claimed.erase(place);
            else if ((row.flags & kHasParents) != 0 && !row.is_over)
                children[row.id] = place;
        std::vector<JobId> ids;
        for (const auto& [id, place] : children)
            ids.push_back(id);
        for (auto& [child, parents] : parents_of(session_, ids))
            claimed.at(children.at(child)).parents = std::move(parents);
    }

    Change& change_;
    Session& session_;
    std::set<JobId>& granted_;
    Departures& departures_;
    const ServerId server_;
    ClaimRequest rest_;
    std::map<LaneId, int> ranks_;
    std::size_t widening_ = 1;
    std::vector<ClaimedJob> taken_;
};

}  // namespace

bool is_live(Session& session, ServerId server) {
    const auto found = session.rows<int>("server_state", {{"id", server.value}});
    return !found.empty() && std::get<0>(found.front()) == static_cast<int>(ServerState::live);
}

std::vector<ClaimedJob> take(Change& change, ServerId server, const ClaimRequest& claim) {
    std::vector<ClaimedJob> taken;
    std::set<JobId> granted;
    Departures departures{Departures::From::waiting};
    const auto take_part = [&](std::vector<ClaimLane> lanes, std::size_t limit) {
        const std::size_t wanted = std::min(limit, claim.limit - taken.size());
        if (lanes.empty() || wanted == 0) return;
        for (ClaimedJob& job :
             Claimer{change, granted, departures, server, {std::move(lanes), wanted}}.claim())
            taken.push_back(std::move(job));
    };
    take_part(claim.lanes, claim.limit);
    for (const ClaimRequest::Part& part : claim.more)
        take_part(part.lanes, part.limit);
    for (const ClaimedJob& job : taken)
        change.let_go.erase(job.id);
    departures.follow(change);
    return taken;
}

}  // namespace jobhost::storage
