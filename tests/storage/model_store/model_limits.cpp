#include "tests/storage/model_store/model_limits.hpp"

#include "tests/storage/model_store/model_rates.hpp"

#include <algorithm>

namespace jobhost::storage::model {

namespace {

std::string text_of(const LimitUse& use) {
    return use.limit + ":" + use.key;
}

// What the job needs of limits that there are, by "limit:key".
std::vector<LimitUse> needs_of(const ModelDatabase& database, const JobRecord& job, bool of_rates) {
    std::vector<LimitUse> needs;
    for (const LimitUse& use : job.seen.limits)
        if (const auto found = database.limits.find(use.limit); found != database.limits.end())
            if ((found->second.limit.kind != LimitKind::concurrent) == of_rates) needs.push_back(use);
    std::sort(needs.begin(), needs.end(),
              [](const LimitUse& a, const LimitUse& b) { return text_of(a) < text_of(b); });
    return needs;
}

bool is_free(const ModelDatabase& database, const LimitUse& use) {
    return taken(database, use) < database.limits.at(use.limit).limit.capacity;
}

void park(JobRecord& job, const LimitUse& on) {
    ++job.seen.lease.value;
    become(job, Awaiting{Reason::limit});
    job.seen.parked_on = on;
}

// Slots of all of them at the first instant at which they have one.
TimePoint give_slots(ModelDatabase& database, const std::vector<LimitUse>& uses, TimePoint now) {
    const auto limit_of = [&](const LimitUse& use) -> LimitRecord& { return database.limits.at(use.limit); };
    TimePoint at = now;
    for (bool is_settled = false; !is_settled;) {
        const TimePoint before = at;
        for (const LimitUse& use : uses)
            at = first_slot(limit_of(use).limit, limit_of(use).rates[use.key], at);
        is_settled = at == before;
    }
    for (const LimitUse& use : uses)
        give_slot(limit_of(use).limit, limit_of(use).rates[use.key], at);
    return at;
}

bool is_paused(const ModelDatabase& database, const std::string& queue, TimePoint now) {
    const auto found = database.paused.find(queue);
    return found != database.paused.end() && found->second.paused_at &&
           (!found->second.paused_until || *found->second.paused_until > now);
}

bool is_served(const ModelDatabase& database, const JobRecord& job) {
    for (const auto& [id, server] : database.servers)
        for (const ServedType& type : server.types)
            if (server.info.state == ServerState::live && type.type == job.seen.type &&
                type.payload_version == job.seen.payload_version)
                return true;
    return false;
}

// Who is next to get a slot that it is parked on and that is free.
JobRecord* next_to_get_one(ModelDatabase& database, TimePoint now) {
    JobRecord* next = nullptr;
    for (auto& [id, job] : database.jobs) {
        if (!job.seen.parked_on || is_paused(database, job.seen.queue.value, now) ||
            !is_served(database, job))
            continue;
        if (!is_free(database, *job.seen.parked_on)) continue;
        if (next == nullptr || job.order_key < next->order_key) next = &job;
    }
    return next;
}

}  // namespace

std::int64_t taken(const ModelDatabase& database, const LimitUse& use) {
    return std::count_if(database.jobs.begin(), database.jobs.end(),
                         [&](const auto& entry) { return entry.second.slots.contains(use); });
}

bool admit(ModelDatabase& database, JobRecord& job, TimePoint now) {
    const std::vector<LimitUse> places = needs_of(database, job, false);
    for (const LimitUse& use : places)
        if (!job.slots.contains(use) && !is_free(database, use)) {
            park(job, use);
            return false;
        }
    const std::vector<LimitUse> rates = needs_of(database, job, true);
    if (!rates.empty() && !job.has_rate_slots) {
        const TimePoint at = give_slots(database, rates, now);
        if (at > now) {
            ++job.seen.lease.value;
            become(job, Scheduled{at, Reason::throttled});
            job.has_rate_slots = true;
            return false;
        }
    }
    job.slots.insert(places.begin(), places.end());
    return true;
}

bool grant_slots(ModelDatabase& database, TimePoint now) {
    bool any = false;
    while (JobRecord* next = next_to_get_one(database, now)) {
        const LimitUse slot = *next->seen.parked_on;
        become(*next, Enqueued{next->enqueued_at});
        next->slots.insert(slot);
        any = true;
    }
    return any;
}

}  // namespace jobhost::storage::model
