#include "tests/storage/model_store/model_rates.hpp"

#include <algorithm>

namespace jobhost::storage::model {

namespace {

// The beginning of the window that `at` lies in.
TimePoint window_of(const Limit& limit, TimePoint at) {
    return at - at.time_since_epoch() % limit.window;
}

// A bucket gets a new slot after each of these.
Duration refill_of(const Limit& limit) {
    return Duration{(limit.window.count() + limit.capacity - 1) / limit.capacity};
}

std::int64_t used(const Limit& limit, const RateRecord& key, TimePoint now) {
    switch (limit.kind) {
        case LimitKind::fixed_window:
            return window_of(limit, key.last) == window_of(limit, now) ? key.in_window : 0;
        case LimitKind::sliding_window:
            return std::count_if(key.begun.begin(), key.begun.end(),
                                 [&](TimePoint at) { return at + limit.window > now; });
        case LimitKind::bucket:
            for (std::int64_t count = 0;; ++count)
                if (key.full_at - count * refill_of(limit) <= now) return count;
        case LimitKind::concurrent:
            break;
    }
    return 0;
}

}  // namespace

std::int64_t free_slots(const Limit& limit, const RateRecord& key, std::int64_t taken, TimePoint now) {
    return limit.capacity - taken - used(limit, key, now);
}

TimePoint next_opening(const Limit& limit, RateRecord key, std::int64_t taken, TimePoint now) {
    for (; taken > 0; --taken)
        begin(limit, key, now);
    // Something changes only when a window ends, a run leaves it, or a bucket gets a slot.
    std::vector<TimePoint> instants{window_of(limit, now) + limit.window};
    if (limit.kind == LimitKind::sliding_window) {
        instants.clear();
        for (const TimePoint at : key.begun)
            instants.push_back(at + limit.window);
    } else if (limit.kind == LimitKind::bucket) {
        instants.clear();
        for (TimePoint at = key.full_at; at > now; at -= refill_of(limit))
            instants.push_back(at);
    }
    std::sort(instants.begin(), instants.end());
    return *std::find_if(instants.begin(), instants.end(),
                         [&](TimePoint at) { return free_slots(limit, key, 0, at) > 0; });
}

void begin(const Limit& limit, RateRecord& key, TimePoint now) {
    key.in_window = limit.kind == LimitKind::fixed_window ? used(limit, key, now) + 1 : 0;
    key.last = now;
    key.begun.push_back(now);
    if (key.begun.size() > static_cast<std::size_t>(limit.capacity)) key.begun.erase(key.begun.begin());
    key.full_at = std::max(key.full_at, now) + refill_of(limit);
}

void change_rate(const Limit& limit, const Limit& to, RateRecord& key, TimePoint now) {
    if (limit.kind == LimitKind::bucket && key.full_at > now)
        key.full_at = now + std::min(used(limit, key, now), to.capacity) * refill_of(to);
}

void set_back(const Limit& limit, RateRecord& key, TimePoint now) {
    key.last = std::min(key.last, now);
    for (TimePoint& at : key.begun)
        at = std::min(at, now);
    if (limit.kind == LimitKind::bucket)
        key.full_at = std::min(key.full_at, now + limit.capacity * refill_of(limit));
}

}  // namespace jobhost::storage::model
