#include "tests/storage/model_store/model_upkeep_store.hpp"

#include "tests/storage/model_store/model_batches.hpp"

#include <algorithm>
#include <tuple>

namespace jobhost::storage::model {

namespace {

constexpr Duration kBatchesKept = std::chrono::days{7};

// By state and then by age, as a purge walks.
auto place_of(const JobRecord& job) {
    return std::tuple{static_cast<int>(job.state()),
                      static_cast<long long>(job.seen.finished_at.value().time_since_epoch().count()),
                      static_cast<long long>(job.seen.id.value)};
}

bool is_over(const JobRecord& job, TimePoint now) {
    const Retention& retention = job.seen.policy.retention;
    const Duration kept = job.state() == StateName::succeeded ? retention.succeeded
                          : job.state() == StateName::failed  ? retention.failed
                                                              : retention.deleted;
    return *job.seen.finished_at + kept <= now;
}

// Whether a child that has not started names it.
bool is_awaited(const ModelDatabase& database, const std::variant<JobId, BatchId>& parent) {
    const auto names_it = [&](const std::vector<ParentEnd>& parents) {
        return std::any_of(parents.begin(), parents.end(),
                           [&](const ParentEnd& end) { return end.parent.of == parent; });
    };
    for (const auto& [id, job] : database.jobs)
        if (job.state() == StateName::awaiting && names_it(job.parents)) return true;
    for (const auto& [id, batch] : database.batches)
        if (batch.seen.state < BatchState::started && names_it(batch.seen.parents)) return true;
    return false;
}

bool is_there(const ModelDatabase& database, const std::variant<JobId, BatchId>& id) {
    const auto* job = std::get_if<JobId>(&id);
    return job ? database.jobs.contains(*job) : database.batches.contains(std::get<BatchId>(id));
}

// Its end may still be taken back by a person.
bool may_be_restored(const ModelDatabase& database, const JobRecord& job) {
    const auto* deletion = std::get_if<Deleted>(&job.seen.state);
    if (deletion == nullptr || deletion->reason != Reason::unmet) return false;
    return std::any_of(job.parents.begin(), job.parents.end(), [&](const ParentEnd& end) {
        return end.is_met == false && is_there(database, end.parent.of);
    });
}

bool is_open(const ModelDatabase& database, std::optional<BatchId> batch) {
    return batch && !is_final(database.batches.at(*batch).seen.state);
}

bool is_needed(const ModelDatabase& database, const JobRecord& job, TimePoint now) {
    const auto creator = job.seen.creator ? database.jobs.find(*job.seen.creator) : database.jobs.end();
    const bool is_named_by_window = std::any_of(
        database.windows.begin(), database.windows.end(),
        [&](const auto& entry) { return entry.second.job == job.seen.id && entry.second.until > now; });
    return is_awaited(database, job.seen.id) || is_open(database, job.seen.batch) ||
           may_be_restored(database, job) || is_named_by_window ||
           (creator != database.jobs.end() && !is_final(creator->second.state()));
}

void forget(ModelDatabase& database, JobId id) {
    const JobRecord& job = database.jobs.at(id);
    forget_member(database, job.seen.batch, job.state() != StateName::succeeded);
    database.jobs.erase(id);
}

void purge_batches(ModelDatabase& database, TimePoint now) {
    std::set<BatchId> full;
    for (const auto& [id, job] : database.jobs)
        if (job.seen.batch) full.insert(*job.seen.batch);
    for (auto at = database.batches.rbegin(); at != database.batches.rend();) {  // from the inside
        const BatchId id = at->first;
        const Batch batch = at->second.seen;
        ++at;
        const bool is_old = is_final(batch.state) && *batch.finished_at + kBatchesKept <= now;
        if (!is_old || full.contains(id) || is_open(database, batch.within) || is_awaited(database, id)) {
            if (batch.within) full.insert(*batch.within);
            continue;
        }
        forget_member(database, batch.within, batch.state != BatchState::succeeded);
        at = std::make_reverse_iterator(database.batches.erase(database.batches.find(id)));
    }
}

std::vector<const JobRecord*> final_jobs(const ModelDatabase& database) {
    std::vector<const JobRecord*> found;
    for (const auto& [id, job] : database.jobs)
        if (is_final(job.state())) found.push_back(&job);
    std::sort(found.begin(), found.end(),
              [](const JobRecord* a, const JobRecord* b) { return place_of(*a) < place_of(*b); });
    return found;
}

// Nobody has opened them for a day.
void cancel_abandoned(ModelDatabase& database, TimePoint now) {
    for (auto& [id, batch] : database.batches)
        if (batch.seen.state == BatchState::creating && !batch.seen.cancel_requested_at &&
            batch.seen.created_at < now - std::chrono::days{1})
            batch.seen.cancel_requested_at = now;
}

}  // namespace

Purged ModelUpkeepStore::purge(PurgePosition& position, std::size_t limit) {
    return opened_.write([&](ModelDatabase& database, TimePoint now) {
        Purged purged;
        std::size_t looked_at = 0;
        for (const JobRecord* job : final_jobs(database)) {
            const auto place = place_of(*job);
            if (place <= std::tuple{position.state, position.finished_at, position.id}) continue;
            if (looked_at++ == limit) {
                purged.is_done = false;
                return purged;
            }
            std::tie(position.state, position.finished_at, position.id) = place;
            if (!is_over(*job, now) || is_needed(database, *job, now)) continue;
            forget(database, job->seen.id);
            ++purged.count;
        }
        position = {};
        purge_batches(database, now);
        cancel_abandoned(database, now);
        return purged;
    });
}

std::size_t ModelUpkeepStore::purge_by_count(std::size_t limit) {
    return opened_.write([&](ModelDatabase& database, TimePoint now) {
        std::size_t count = 0;
        for (const auto& [name, record] : database.definitions) {
            const auto keep = record.stored.definition.policy.retention.count;
            if (record.is_retired || !keep) continue;
            std::map<StateName, std::vector<JobId>> of_state;  // oldest first
            for (const JobRecord* job : final_jobs(database))
                if (job->definition == record.stored.id) of_state[job->state()].push_back(job->seen.id);
            for (const auto& [state, ids] : of_state)
                for (std::size_t i = 0; i + static_cast<std::size_t>(*keep) < ids.size() && count < limit;
                     ++i) {
                    if (is_needed(database, database.jobs.at(ids[i]), now)) continue;
                    forget(database, ids[i]);
                    ++count;
                }
        }
        return count;
    });
}

std::size_t ModelUpkeepStore::purge_servers() {
    return opened_.write([&](ModelDatabase& database, TimePoint now) {
        std::set<ServerId> holders;  // somebody will recover them
        for (const auto& [id, job] : database.jobs)
            if (job.state() == StateName::processing) holders.insert(job.server);
        const TimePoint before = now - std::chrono::weeks{1};
        const auto count = std::erase_if(database.servers, [&](const auto& entry) {
            const ServerInfo& info = entry.second.info;
            return !holders.contains(info.id) && info.state != ServerState::live && *info.stopped_at < before;
        });
        std::erase_if(database.server_commands, [&](const auto& entry) {
            return entry.second.created_at < now - std::chrono::days{1};
        });
        std::set<std::pair<std::string, std::string>> known;
        for (const auto& [id, server] : database.servers)
            known.emplace(server.info.application, server.info.name);
        std::erase_if(database.refusals, [&](const auto& entry) {
            return !known.contains(entry.first) && entry.second.since < before;
        });
        return count;
    });
}

}  // namespace jobhost::storage::model
