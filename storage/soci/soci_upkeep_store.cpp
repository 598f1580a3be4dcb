#include "storage/soci/soci_upkeep_store.hpp"

#include "storage/model_json.hpp"
#include "storage/soci/instants.hpp"
#include "storage/soci/tally.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <map>

namespace jobhost::storage {

namespace {

constexpr int kFirstFinal = static_cast<int>(StateName::succeeded);
constexpr int kLastFinal = static_cast<int>(StateName::deleted);

// For so long people may want to know which server ran a job.
constexpr Duration kServerMemory = std::chrono::days{7};

Duration kept(const Retention& retention, int state) {
    switch (static_cast<StateName>(state)) {
        case StateName::succeeded:
            return retention.succeeded;
        case StateName::failed:
            return retention.failed;
        default:
            return retention.deleted;
    }
}

std::map<long long, Retention> retentions(Session& session) {
    std::map<long long, Retention> found;
    for (const auto& [id, body] : session.rows<long long, std::string>("policy_list"))
        found[id] = policy_from_json(body).retention;
    return found;
}

// Jobs that go, and the instant by which they had ended: one that was requeued since then stays.
struct Doomed {
    boost::json::array ids;
    long long latest = 0;
};

std::size_t remove(Session& session, Tally& tally, const Doomed& doomed) {
    if (doomed.ids.empty()) return 0;
    boost::json::array gone;
    for (const auto& [id, lane, state] : session.rows<long long, long long, int>(
             "job_delete", {{"ids", boost::json::serialize(doomed.ids)}, {"latest", doomed.latest}})) {
        gone.emplace_back(id);
        tally.removed(LaneId{lane}, static_cast<StateName>(state));
    }
    const std::string ids = boost::json::serialize(gone);
    session.execute("job_event_delete", {{"ids", ids}});
    session.execute("job_log_delete", {{"ids", ids}});
    return gone.size();
}

}  // namespace

Purged SociUpkeepStore::purge(PurgePosition& position, std::size_t limit) {
    Purged purged;
    PurgePosition next = position;
    database_.write([&](Session& session) {
        next = position;
        next.state = std::max(next.state, kFirstFinal);
        const auto policies = retentions(session);
        Duration shortest = Duration::max();
        for (const auto& [id, retention] : policies)
            shortest = std::min(shortest, kept(retention, next.state));
        const TimePoint now = session.now();
        Doomed doomed;
        const auto found = session.rows<long long, long long, long long>(
            "job_finished_after", {{"state", next.state},
                                   {"from", next.finished_at},
                                   {"id", next.id},
                                   {"until", shortest == Duration::max() ? 0 : micros(now - shortest)},
                                   {"count", static_cast<long long>(limit)}});
        for (const auto& [finished_at, id, policy] : found) {
            next.finished_at = finished_at;
            next.id = id;
            const auto retention = policies.find(policy);
            if (retention == policies.end()) continue;
            if (instant(finished_at) + kept(retention->second, next.state) > now) continue;
            doomed.ids.emplace_back(id);
            doomed.latest = finished_at;
        }
        Tally tally;
        purged.count = remove(session, tally, doomed);
        tally.write(session);
        if (found.size() < limit) next = {.state = next.state + 1, .finished_at = 0, .id = 0};
        purged.is_done = next.state > kLastFinal;
        if (purged.is_done) next = {};
    });
    position = next;
    return purged;
}

std::size_t SociUpkeepStore::purge_by_count(std::size_t limit) {
    std::size_t count = 0;
    database_.write([&](Session& session) {
        count = 0;
        Tally tally;
        for (const auto& [definition, body] : session.rows<long long, std::string>("definition_body_list")) {
            const Retention retention = definition_from_json(body).policy.retention;
            if (!retention.count) continue;
            for (int state = kFirstFinal; state <= kLastFinal && count < limit; ++state) {
                Doomed doomed;
                for (const auto& [id, finished_at] : session.rows<long long, long long>(
                         "job_surplus", {{"definition", definition},
                                         {"state", state},
                                         {"keep", *retention.count},
                                         {"count", static_cast<long long>(limit - count)}})) {
                    doomed.ids.emplace_back(id);
                    doomed.latest = std::max(doomed.latest, finished_at);
                }
                count += remove(session, tally, doomed);
            }
        }
        tally.write(session);
    });
    return count;
}

std::size_t SociUpkeepStore::purge_servers() {
    std::size_t count = 0;
    database_.write([&](Session& session) {
        count = static_cast<std::size_t>(
            session.execute("server_forget", {{"before", micros(session.now() - kServerMemory)}}));
    });
    return count;
}

std::size_t SociUpkeepStore::fold_counters() {
    std::size_t spared = 0;
    database_.write([&](Session& session) {
        Tally tally;
        const auto taken = session.rows<long long, int, long long>("counter_take");
        for (const auto& [lane, state, count] : taken)
            tally.added(LaneId{lane}, static_cast<StateName>(state), count);
        tally.write(session, 0);
        spared = taken.size();
    });
    return spared;
}

bool SociUpkeepStore::recount() {
    std::vector<std::tuple<long long, int, long long>> wrong;
    database_.read(
        [&](Session& session) { wrong = session.rows<long long, int, long long>("counter_difference"); });
    if (wrong.empty()) return false;
    // What has changed since then is in the counters already; adding the difference mends just what was
    // wrong.
    database_.write([&](Session& session) {
        Tally tally;
        for (const auto& [lane, state, difference] : wrong)
            tally.added(LaneId{lane}, static_cast<StateName>(state), difference);
        tally.write(session);
    });
    return true;
}

}  // namespace jobhost::storage
