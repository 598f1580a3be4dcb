#include "tests/storage/model_store/model_upkeep_store.hpp"

#include <algorithm>
#include <tuple>

namespace jobhost::storage::model {

namespace {

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

std::vector<const JobRecord*> final_jobs(const ModelDatabase& database) {
    std::vector<const JobRecord*> found;
    for (const auto& [id, job] : database.jobs)
        if (is_final(job.state())) found.push_back(&job);
    std::sort(found.begin(), found.end(),
              [](const JobRecord* a, const JobRecord* b) { return place_of(*a) < place_of(*b); });
    return found;
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
            if (!is_over(*job, now)) continue;
            database.jobs.erase(job->seen.id);
            ++purged.count;
        }
        position = {};
        return purged;
    });
}

std::size_t ModelUpkeepStore::purge_by_count(std::size_t limit) {
    return opened_.write([&](ModelDatabase& database, TimePoint) {
        std::size_t count = 0;
        for (const auto& [name, record] : database.definitions) {
            const auto keep = record.stored.definition.policy.retention.count;
            if (record.is_retired || !keep) continue;
            std::map<StateName, std::vector<JobId>> of_state;  // oldest first
            for (const JobRecord* job : final_jobs(database))
                if (job->definition == record.stored.id) of_state[job->state()].push_back(job->seen.id);
            for (const auto& [state, ids] : of_state)
                for (std::size_t i = 0; i + static_cast<std::size_t>(*keep) < ids.size() && count < limit;
                     ++i, ++count)
                    database.jobs.erase(ids[i]);
        }
        return count;
    });
}

std::size_t ModelUpkeepStore::purge_servers() {
    return opened_.write([&](ModelDatabase& database, TimePoint now) {
        std::set<ServerId> holders;  // somebody will recover them
        for (const auto& [id, job] : database.jobs)
            if (job.state() == StateName::processing) holders.insert(job.server);
        return std::erase_if(database.servers, [&](const auto& entry) {
            const ServerInfo& info = entry.second.info;
            return !holders.contains(info.id) && info.state != ServerState::live &&
                   *info.stopped_at < now - std::chrono::weeks{1};
        });
    });
}

}  // namespace jobhost::storage::model
