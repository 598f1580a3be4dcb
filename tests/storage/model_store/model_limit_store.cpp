#include "tests/storage/model_store/model_limit_store.hpp"

#include "storage/text.hpp"
#include "tests/storage/model_store/model_limits.hpp"
#include "tests/storage/model_store/model_rates.hpp"

#include <algorithm>

namespace jobhost::storage::model {

namespace {

void check(const Limit& limit) {
    demand(!limit.name.empty() && limit.name.size() <= kMaxNameSize && is_storable(limit.name) &&
               limit.name.find(':') == std::string::npos,
           "a limit's name that is no name");
    const std::int64_t most =
        limit.kind == LimitKind::sliding_window ? kMaxSlidingCapacity : kMaxLimitCapacity;
    demand(limit.capacity >= 1 && limit.capacity <= most, "a capacity out of range");
    const bool is_concurrent = limit.kind == LimitKind::concurrent;
    demand(is_concurrent ? limit.window == Duration{} : limit.window > Duration{}, "a window out of range");
}

// What runs already has a place.
void count_runs(ModelDatabase& database, const Limit& limit) {
    if (limit.kind != LimitKind::concurrent) return;
    for (auto& [id, job] : database.jobs)
        if (job.state() == StateName::processing)
            for (const LimitUse& use : job.seen.limits)
                if (use.limit == limit.name) job.slots.insert(use);
}

// By key.
std::map<std::string, SlotCounts> counts_of(const ModelDatabase& database, const std::string& limit,
                                            TimePoint now) {
    std::map<std::string, SlotCounts> counts;
    for (const auto& [id, job] : database.jobs) {
        for (const LimitUse& slot : job.slots)
            if (slot.limit == limit) ++counts[slot.key].taken;
        if (job.seen.parked_on && job.seen.parked_on->limit == limit)
            ++counts[job.seen.parked_on->key].parked;
    }
    for (auto& [key, slots] : counts)
        slots.opens_at = opens_at(database, {limit, key}, now);
    return counts;
}

LimitUsage usage_of(const ModelDatabase& database, const Limit& limit, TimePoint now) {
    LimitUsage usage{.limit = limit};
    for (const auto& [key, slots] : counts_of(database, limit.name, now)) {
        ++usage.keys;
        usage.slots.taken += slots.taken;
        usage.slots.parked += slots.parked;
        if (slots.opens_at)
            usage.slots.opens_at = std::min(usage.slots.opens_at.value_or(*slots.opens_at), *slots.opens_at);
    }
    return usage;
}

}  // namespace

void ModelLimitStore::set(std::span<const Limit> limits) {
    opened_.write([&](ModelDatabase& database, TimePoint now) {
        all_or_nothing(database, [&] {
            for (const Limit& limit : limits) {
                check(limit);
                const auto [record, is_new] = database.limits.try_emplace(limit.name);
                demand(is_new || record->second.limit.kind == limit.kind,
                       "limit " + limit.name + " is of another kind");
                if (is_new) count_runs(database, limit);
                if (record->second.limit == limit) continue;
                for (auto& [key, rate] : record->second.rates)
                    change_rate(record->second.limit, limit, rate, now);
                record->second.limit = limit;
            }
        });
    });
}

bool ModelLimitStore::remove(const std::string& name) {
    return opened_.write([&](ModelDatabase& database, TimePoint) {
        if (database.limits.erase(name) == 0) return false;
        for (auto& [id, job] : database.jobs) {
            std::erase_if(job.slots, [&](const LimitUse& slot) { return slot.limit == name; });
            if (job.seen.parked_on && job.seen.parked_on->limit == name) job.slots.clear();
        }
        return true;
    });
}

std::vector<LimitUsage> ModelLimitStore::list() {
    return opened_.read([now = opened_.clock->now()](const ModelDatabase& database) {
        std::vector<LimitUsage> usages;
        for (const auto& [name, record] : database.limits)
            usages.push_back(usage_of(database, record.limit, now));
        return usages;
    });
}

std::vector<KeyUsage> ModelLimitStore::keys(const std::string& limit, std::size_t most) {
    return opened_.read([&, now = opened_.clock->now()](const ModelDatabase& database) {
        std::vector<KeyUsage> found;
        for (const auto& [key, slots] : counts_of(database, limit, now))
            if (found.size() < most) found.push_back({key, slots});
        return found;
    });
}

SlotCounts ModelLimitStore::slots_of(const LimitUse& use) {
    return opened_.read([&, now = opened_.clock->now()](const ModelDatabase& database) {
        return counts_of(database, use.limit, now)[use.key];
    });
}

// Whatever is free was handed over by the call that let it become free; a pause ends by itself, and so does a
// window.
std::size_t ModelLimitStore::grant(std::size_t) {
    opened_.write(take_back_in_vain);
    return 0;
}

}  // namespace jobhost::storage::model
