#include "storage/soci/soci_upkeep_store.hpp"

#include "storage/model_json.hpp"
#include "storage/soci/id_list.hpp"
#include "storage/soci/instants.hpp"
#include "storage/soci/job_flags.hpp"
#include "storage/soci/limit_slots.hpp"
#include "storage/soci/releases.hpp"
#include "storage/soci/saved_work.hpp"
#include "storage/soci/tally.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

namespace jobhost::storage {

namespace {

constexpr int kFirstFinal = static_cast<int>(StateName::succeeded);
constexpr int kLastFinal = static_cast<int>(StateName::deleted);

// For so long people may want to know which server ran a job.
constexpr Duration kServerMemory = std::chrono::days{7};
constexpr Duration kBatchMemory = std::chrono::days{7};
constexpr Duration kServerCommandMemory = std::chrono::days{1};
constexpr Duration kCommandMemory = std::chrono::days{30};
// For so long the members of a staged batch may go on coming.
constexpr Duration kBatchPatience = std::chrono::days{1};

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

// Of those that can be read; what a newer program has written is left to it.
std::map<long long, Retention> retentions(Session& session) {
    std::map<long long, Retention> found;
    for (const auto& [id, body] : session.rows<long long, std::string>("policy_list")) {
        try {
            found[id] = policy_from_json(body).retention;
        } catch (const StorageError&) {
        }
    }
    return found;
}

std::map<long long, std::int64_t> kept_of_definitions(Session& session) {
    std::map<long long, std::int64_t> found;
    for (const auto& [definition, body] : session.rows<long long, std::string>("definition_body_list")) {
        try {
            if (const auto keep = definition_from_json(body).policy.retention.count)
                found[definition] = *keep;
        } catch (const StorageError&) {
        }
    }
    return found;
}

// Jobs that go, and the instant by which they had ended: one that was requeued since then stays.
struct Doomed {
    std::vector<long long> ids;
    long long latest = 0;
};

// What hangs on jobs that are to go. Some of them stay, because others still need them.
class Ties {
public:
    Ties(Session& session, const std::string& ids) {
        std::vector<long long> parents;
        std::vector<long long> children;
        std::vector<long long> with_windows;
        std::map<long long, std::vector<long long>> members;
        std::map<long long, std::vector<long long>> made_by;
        for (const auto& [id, flags, batch, creator] :
             session.rows<long long, int, std::optional<long long>, std::optional<long long>>(
                 "job_special_of", {{"ids", ids}})) {
            if ((flags & kHasChildren) != 0) parents.push_back(id);
            if ((flags & kHasParents) != 0) children.push_back(id);
            if ((flags & kHasWindow) != 0) with_windows.push_back(id);
            if (flags != 0) tied_.insert(id);
            if (batch) members[*batch].push_back(id);
            if (creator) made_by[*creator].push_back(id);
        }
        need(session, "job_parents_of_waiting", parents);
        need(session, "job_parents_of_waiting_batches", parents);
        if (!children.empty())
            for (const auto& [child, parent] :
                 session.rows<long long, long long>("job_unmet_with_parents", {{"ids", id_list(children)}}))
                unmet_by_[child].push_back(parent);
        if (!with_windows.empty())
            for (const auto& [id] : session.rows<long long>(
                     "window_open_of", {{"ids", id_list(with_windows)}, {"now", micros(session.now())}}))
                needed_.insert(id);
        for (const long long batch : needed_keys(session, "batch_open_of", members))
            needed_.insert(members[batch].begin(), members[batch].end());
        for (const long long creator : needed_keys(session, "job_not_final", made_by))
            needed_.insert(made_by[creator].begin(), made_by[creator].end());
    }

    // In the order of `ids`: what goes first does not hold back what comes after it.
    std::vector<long long> unneeded(const std::vector<long long>& ids) const {
        std::vector<long long> free;
        std::set<long long> gone;
        for (const long long id : ids) {
            const auto parents = unmet_by_.find(id);
            const bool may_come_back = parents != unmet_by_.end() &&
                                       std::any_of(parents->second.begin(), parents->second.end(),
                                                   [&](long long parent) { return !gone.contains(parent); });
            if (needed_.contains(id) || may_come_back) continue;
            free.push_back(id);
            gone.insert(id);
        }
        return free;
    }

    // Of those that are gone.
    void remove(Session& session, const std::vector<long long>& gone) const {
        std::vector<long long> tied;
        for (const long long id : gone)
            if (tied_.contains(id)) tied.push_back(id);
        if (tied.empty()) return;
        for (const char* statement : {"tag_delete", "edge_delete", "limit_use_delete"})
            session.execute(statement, {{"ids", id_list(tied)}});
        delete_saved_work(session, id_list(tied));
    }

private:
    void need(Session& session, const char* statement, const std::vector<long long>& ids) {
        if (ids.empty()) return;
        for (const auto& [id] : session.rows<long long>(statement, {{"ids", id_list(ids)}}))
            needed_.insert(id);
    }
    static std::vector<long long> needed_keys(Session& session, const char* statement,
                                              const std::map<long long, std::vector<long long>>& by_key) {
        std::vector<long long> keys;
        for (const auto& [key, jobs] : by_key)
            keys.push_back(key);
        std::vector<long long> found;
        if (keys.empty()) return found;
        for (const auto& [key] : session.rows<long long>(statement, {{"ids", id_list(keys)}}))
            found.push_back(key);
        return found;
    }

    std::set<long long> tied_;
    std::set<long long> needed_;
    std::map<long long, std::vector<long long>> unmet_by_;  // parents that would bring them back
};

std::size_t remove(Session& session, Tally& tally, const Doomed& doomed) {
    if (doomed.ids.empty()) return 0;
    const Ties ties{session, id_list(doomed.ids)};
    std::vector<long long> gone;
    for (const auto& [id, lane, state] : session.rows<long long, long long, int>(
             "job_delete", {{"ids", id_list(ties.unneeded(doomed.ids))}, {"latest", doomed.latest}})) {
        gone.push_back(id);
        tally.removed(LaneId{lane}, static_cast<StateName>(state));
    }
    session.execute("job_event_delete", {{"ids", id_list(gone)}});
    session.execute("job_log_delete", {{"ids", id_list(gone)}});
    ties.remove(session, gone);
    return gone.size();
}

}  // namespace

Purged SociUpkeepStore::purge(PurgePosition& position, std::size_t limit) {
    Purged purged;
    if (position.state <= kLastFinal) purged.count = purge_jobs(position, limit);
    // A batch goes after those within it.
    purged.is_done = position.state > kLastFinal && purge_workflows(limit) == 0;
    if (purged.is_done) position = {};
    return purged;
}

std::size_t SociUpkeepStore::purge_jobs(PurgePosition& position, std::size_t limit) {
    std::size_t count = 0;
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
            doomed.ids.push_back(id);
            doomed.latest = finished_at;
        }
        Tally tally;
        count = remove(session, tally, doomed);
        tally.write(session);
        if (found.size() < limit) next = {.state = next.state + 1, .finished_at = 0, .id = 0};
    });
    position = next;
    return count;
}

std::size_t SociUpkeepStore::purge_by_count(std::size_t limit) {
    std::map<long long, std::int64_t> kept_of;  // definition and number
    database_.read([&](Session& session) { kept_of = kept_of_definitions(session); });
    std::size_t count = 0;
    for (const auto& [definition, keep] : kept_of)
        for (int state = kFirstFinal; state <= kLastFinal; ++state) {
            Surplus surplus{.definition = definition, .state = state, .skipped = keep};
            while (count < limit && !surplus.is_over)
                count += purge_surplus(surplus, limit - count);
        }
    return count;
}

// Behind those that stay because others need them there may be more that can go.
std::size_t SociUpkeepStore::purge_surplus(Surplus& surplus, std::size_t limit) {
    std::size_t count = 0;
    Surplus next = surplus;
    database_.write([&](Session& session) {
        next = surplus;
        Doomed doomed;
        for (const auto& [id, finished_at] :
             session.rows<long long, long long>("job_surplus", {{"definition", surplus.definition},
                                                                {"state", surplus.state},
                                                                {"from", surplus.finished_at},
                                                                {"id", surplus.id},
                                                                {"keep", surplus.skipped},
                                                                {"count", static_cast<long long>(limit)}})) {
            doomed.ids.push_back(id);
            doomed.latest = std::max(doomed.latest, finished_at);
            next.finished_at = finished_at;
            next.id = id;
        }
        next.skipped = 0;
        next.is_over = doomed.ids.size() < limit;
        Tally tally;
        count = remove(session, tally, doomed);
        tally.write(session);
    });
    surplus = next;
    return count;
}

std::size_t SociUpkeepStore::purge_workflows(std::size_t limit) {
    std::size_t count = 0;
    changes_.write([&](Change& change) {
        Session& session = change.session;
        const auto ids_in = [&](const char* statement, Duration age) {
            std::vector<BatchId> ids;
            for (const auto& [id] : session.rows<long long>(
                     statement,
                     {{"before", micros(session.now() - age)}, {"count", static_cast<long long>(limit)}}))
                ids.emplace_back(BatchId{id});
            return ids;
        };
        const std::vector<BatchId> ended = ids_in("batch_finished_before", kBatchMemory);
        if (!ended.empty()) {
            session.execute("edge_delete", {{"ids", id_list(ended)}});
            session.execute("batch_instant_delete", {{"ids", id_list(ended)}});
            session.execute("batch_delete", {{"ids", id_list(ended)}});
        }
        Releases releases{change};
        const std::vector<BatchId> abandoned = ids_in("batch_abandoned", kBatchPatience);
        releases.batches().hold(abandoned);
        count = ended.size() + abandoned.size();
        for (const BatchId id : abandoned)
            releases.cancel(id);
        releases.run();
        std::vector<std::string> keys;
        for (auto& [key] : session.rows<std::string>(
                 "limit_state_idle",
                 {{"now", micros(session.now())}, {"count", static_cast<long long>(limit)}}))
            keys.push_back(std::move(key));
        LimitSlots{change}.forget(keys);
        count += keys.size();
        session.execute("unique_window_purge", {{"before", micros(session.now())}});
        const auto last = std::get<0>(session.rows<std::optional<long long>>("command_last").at(0));
        if (last)
            session.execute("command_purge",
                            {{"last", *last}, {"before", micros(session.now() - kCommandMemory)}});
    });
    return count;
}

std::size_t SociUpkeepStore::purge_servers() {
    std::size_t count = 0;
    database_.write([&](Session& session) {
        const Parameters before{{"before", micros(session.now() - kServerMemory)}};
        count = static_cast<std::size_t>(session.execute("server_forget", before));
        session.execute("refusal_forget", before);
        session.execute("server_command_purge", {{"before", micros(session.now() - kServerCommandMemory)}});
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
