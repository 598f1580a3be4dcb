#include "tests/storage/model_store/model_limit_store.hpp"

#include "storage/text.hpp"
#include "tests/storage/model_store/model_limits.hpp"

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

LimitUsage usage_of(const ModelDatabase& database, const Limit& limit) {
    LimitUsage usage{.limit = limit};
    std::set<LimitUse> keys;
    for (const auto& [id, job] : database.jobs) {
        for (const LimitUse& slot : job.slots)
            if (slot.limit == limit.name) {
                keys.insert(slot);
                ++usage.taken;
            }
        if (job.seen.parked_on && job.seen.parked_on->limit == limit.name) {
            keys.insert(*job.seen.parked_on);
            ++usage.parked;
        }
    }
    usage.keys = static_cast<std::int64_t>(keys.size());
    return usage;
}

}  // namespace

void ModelLimitStore::set(std::span<const Limit> limits) {
    opened_.write([&](ModelDatabase& database, TimePoint) {
        all_or_nothing(database, [&] {
            for (const Limit& limit : limits) {
                check(limit);
                const auto [record, is_new] = database.limits.try_emplace(limit.name);
                demand(is_new || record->second.limit.kind == limit.kind,
                       "limit " + limit.name + " is of another kind");
                record->second.limit = limit;
            }
        });
    });
}

bool ModelLimitStore::remove(const std::string& name) {
    return opened_.write([&](ModelDatabase& database, TimePoint) {
        for (const auto& [id, job] : database.jobs)
            for (const LimitUse& use : job.seen.limits)
                demand(use.limit != name || is_final(job.state()), "limit " + name + " is in use");
        return database.limits.erase(name) > 0;
    });
}

std::vector<LimitUsage> ModelLimitStore::list() {
    return opened_.read([](const ModelDatabase& database) {
        std::vector<LimitUsage> usages;
        for (const auto& [name, record] : database.limits)
            usages.push_back(usage_of(database, record.limit));
        return usages;
    });
}

// Whatever a call lets become free was handed over by that call; only a pause ends by itself.
std::size_t ModelLimitStore::grant(std::size_t) {
    opened_.write([](ModelDatabase&, TimePoint) {});
    return 0;
}

}  // namespace jobhost::storage::model
