#include "tests/storage/model_store/model_limits.hpp"

#include "tests/storage/model_store/model_rates.hpp"

#include <algorithm>
#include <tuple>

namespace jobhost::storage::model {

namespace {

std::string text_of(const LimitUse& use) {
    return use.limit + ":" + use.key;
}

// REQUIRES: it is there.
const Limit& limit_of(const ModelDatabase& database, const LimitUse& use) {
    return database.limits.at(use.limit).limit;
}

bool is_of_rate(const ModelDatabase& database, const LimitUse& use) {
    return limit_of(database, use).kind != LimitKind::concurrent;
}

RateRecord rate_of(const ModelDatabase& database, const LimitUse& use) {
    const auto& rates = database.limits.at(use.limit).rates;
    const auto found = rates.find(use.key);
    return found == rates.end() ? RateRecord{} : found->second;
}

std::int64_t taken(const ModelDatabase& database, const LimitUse& use) {
    return std::count_if(database.jobs.begin(), database.jobs.end(),
                         [&](const auto& entry) { return entry.second.slots.contains(use); });
}

// A limit that was removed while jobs needed it holds nobody up.
bool is_free(const ModelDatabase& database, const LimitUse& use, TimePoint now) {
    if (!database.limits.contains(use.limit)) return true;
    return free_slots(limit_of(database, use), rate_of(database, use), taken(database, use), now) > 0;
}

TimePoint next_opening(const ModelDatabase& database, const LimitUse& use, TimePoint now) {
    return next_opening(limit_of(database, use), rate_of(database, use), taken(database, use), now);
}

// What the job needs, in the order in which all jobs take it: keys before limits that all share, and of each
// rates before places.
std::vector<LimitUse> needs_of(const ModelDatabase& database, const JobRecord& job) {
    std::vector<LimitUse> needs = job.seen.limits;
    std::erase_if(needs, [&](const LimitUse& use) { return !database.limits.contains(use.limit); });
    const auto rank = [&](const LimitUse& use) {
        return std::tuple{use.key.empty(), !is_of_rate(database, use), text_of(use)};
    };
    std::sort(needs.begin(), needs.end(),
              [&](const LimitUse& a, const LimitUse& b) { return rank(a) < rank(b); });
    return needs;
}

bool is_paused(const ModelDatabase& database, const std::string& queue, TimePoint now) {
    const auto found = database.paused.find(queue);
    return found != database.paused.end() && found->second.paused_at &&
           (!found->second.paused_until || *found->second.paused_until > now);
}

bool serves(const ServerInfo& server, const QueueName& queue) {
    return server.queues.empty() ||
           std::find(server.queues.begin(), server.queues.end(), queue.value) != server.queues.end();
}

bool is_served(const ModelDatabase& database, const JobRecord& job) {
    for (const auto& [id, server] : database.servers)
        for (const ServedType& type : server.types)
            if (server.info.state == ServerState::live && serves(server.info, job.seen.queue) &&
                type.type == job.seen.type && type.payload_version == job.seen.payload_version)
                return true;
    return false;
}

bool could_run(const ModelDatabase& database, const JobRecord& job, TimePoint now) {
    return !is_paused(database, job.seen.queue.value, now) && is_served(database, job);
}

// Who is next to get a slot that it is parked on and that is free.
JobRecord* next_to_get_one(ModelDatabase& database, TimePoint now) {
    JobRecord* next = nullptr;
    for (auto& [id, job] : database.jobs)
        if (job.seen.parked_on && could_run(database, job, now) &&
            is_free(database, *job.seen.parked_on, now) &&
            (next == nullptr || job.order_key < next->order_key))
            next = &job;
    return next;
}

}  // namespace

bool admit(ModelDatabase& database, JobRecord& job, TimePoint now) {
    const std::vector<LimitUse> needs = needs_of(database, job);
    std::set<LimitUse> kept;
    for (const LimitUse& use : needs) {
        if (!job.slots.contains(use) && !is_free(database, use, now)) {
            ++job.seen.lease.value;
            become(job, Awaiting{is_of_rate(database, use) ? Reason::throttled : Reason::limit});
            job.seen.parked_on = use;
            job.slots = kept;
            return false;
        }
        kept.insert(use);
    }
    job.slots.clear();
    for (const LimitUse& use : needs) {
        LimitRecord& limit = database.limits.at(use.limit);
        if (is_of_rate(database, use))
            begin(limit.limit, limit.rates[use.key], now);
        else
            job.slots.insert(use);
    }
    return true;
}

void take_back_in_vain(ModelDatabase& database, TimePoint now) {
    for (auto& [id, job] : database.jobs)
        if (job.is_waiting() && !could_run(database, job, now)) job.slots.clear();
}

std::size_t grant_slots(ModelDatabase& database, TimePoint now) {
    for (auto& [name, limit] : database.limits)
        for (auto& [key, rate] : limit.rates)
            set_back(limit.limit, rate, now);
    std::size_t count = 0;
    while (JobRecord* next = next_to_get_one(database, now)) {
        const LimitUse slot = *next->seen.parked_on;
        become(*next, Enqueued{next->enqueued_at});
        if (database.limits.contains(slot.limit)) next->slots.insert(slot);
        ++count;
    }
    return count;
}

std::optional<TimePoint> opens_at(const ModelDatabase& database, const LimitUse& use, TimePoint now) {
    const bool waits_any = std::any_of(database.jobs.begin(), database.jobs.end(), [&](const auto& entry) {
        return entry.second.seen.parked_on == use && could_run(database, entry.second, now);
    });
    if (!waits_any || !database.limits.contains(use.limit) || !is_of_rate(database, use)) return std::nullopt;
    return is_free(database, use, now) ? now : next_opening(database, use, now);
}

}  // namespace jobhost::storage::model
