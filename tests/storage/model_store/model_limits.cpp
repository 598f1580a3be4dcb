#include "tests/storage/model_store/model_limits.hpp"

#include "tests/storage/model_store/model_rates.hpp"

#include <algorithm>
#include <tuple>

namespace jobhost::storage::model {

namespace {

std::string text_of(const LimitUse& use) {
    return use.limit + ":" + use.key;
}

// A limit that was removed while jobs needed it holds nobody up.
Limit limit_of(const ModelDatabase& database, const LimitUse& use) {
    const auto found = database.limits.find(use.limit);
    return found != database.limits.end() ? found->second.limit
                                          : Limit{.name = use.limit, .capacity = kMaxLimitCapacity};
}

bool is_of_rate(const ModelDatabase& database, const LimitUse& use) {
    return limit_of(database, use).kind != LimitKind::concurrent;
}

RateRecord rate_of(const ModelDatabase& database, const LimitUse& use) {
    const auto limit = database.limits.find(use.limit);
    if (limit == database.limits.end()) return {};
    const auto found = limit->second.rates.find(use.key);
    return found == limit->second.rates.end() ? RateRecord{} : found->second;
}

std::int64_t taken(const ModelDatabase& database, const LimitUse& use) {
    return std::count_if(database.jobs.begin(), database.jobs.end(),
                         [&](const auto& entry) { return entry.second.slots.contains(use); });
}

bool is_free(const ModelDatabase& database, const LimitUse& use, TimePoint now) {
    return free_slots(limit_of(database, use), rate_of(database, use), taken(database, use), now) > 0;
}

TimePoint next_opening(const ModelDatabase& database, const LimitUse& use, TimePoint now) {
    return next_opening(limit_of(database, use), rate_of(database, use), taken(database, use), now);
}

// Of what the job lacks, what it waits for: a place in which others run, or else the slot that opens last.
std::optional<LimitUse> lacking(const ModelDatabase& database, const JobRecord& job, TimePoint now) {
    std::vector<LimitUse> needs = job.seen.limits;
    std::erase_if(
        needs, [&](const LimitUse& use) { return job.slots.contains(use) || is_free(database, use, now); });
    if (needs.empty()) return std::nullopt;
    const auto rank = [&](const LimitUse& use) {
        const bool is_rate = is_of_rate(database, use);
        return std::tuple{is_rate, is_rate ? TimePoint::max() - next_opening(database, use, now) : Duration{},
                          text_of(use)};
    };
    return *std::min_element(needs.begin(), needs.end(),
                             [&](const LimitUse& a, const LimitUse& b) { return rank(a) < rank(b); });
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
    if (const auto use = lacking(database, job, now)) {
        ++job.seen.lease.value;
        become(job, Awaiting{is_of_rate(database, *use) ? Reason::throttled : Reason::limit});
        job.seen.parked_on = use;
        return false;
    }
    for (const LimitUse& use : job.seen.limits) {
        if (is_of_rate(database, use)) {
            LimitRecord& limit = database.limits.at(use.limit);
            begin(limit.limit, limit.rates[use.key], now);
            job.slots.erase(use);
        } else {
            job.slots.insert(use);
        }
    }
    return true;
}

std::size_t grant_slots(ModelDatabase& database, TimePoint now) {
    for (auto& [name, limit] : database.limits)
        for (auto& [key, rate] : limit.rates)
            set_back(limit.limit, rate, now);
    std::size_t count = 0;
    while (JobRecord* next = next_to_get_one(database, now)) {
        const LimitUse slot = *next->seen.parked_on;
        become(*next, Enqueued{next->enqueued_at});
        next->slots.insert(slot);
        ++count;
    }
    return count;
}

std::optional<TimePoint> opens_at(const ModelDatabase& database, const LimitUse& use, TimePoint now) {
    const bool waits_any = std::any_of(database.jobs.begin(), database.jobs.end(), [&](const auto& entry) {
        return entry.second.seen.parked_on == use && could_run(database, entry.second, now);
    });
    if (!waits_any || !is_of_rate(database, use)) return std::nullopt;
    return is_free(database, use, now) ? now : next_opening(database, use, now);
}

}  // namespace jobhost::storage::model
