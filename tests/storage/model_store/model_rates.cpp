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

TimePoint last_of(const RateRecord& key) {
    return key.given.empty() ? TimePoint{} : key.given.back();
}

}  // namespace

TimePoint first_slot(const Limit& limit, const RateRecord& key, TimePoint from) {
    const auto capacity = static_cast<std::size_t>(limit.capacity);
    if (limit.kind == LimitKind::bucket)
        return std::max(from, key.full_at - (limit.capacity - 1) * refill_of(limit));
    const TimePoint earliest = std::max(from, last_of(key));
    if (limit.kind == LimitKind::sliding_window)
        return key.given.size() < capacity
                   ? earliest
                   : std::max(earliest, *(key.given.end() - limit.capacity) + limit.window);
    const TimePoint window = window_of(limit, last_of(key));
    const bool is_used_up = window_of(limit, earliest) == window && key.in_window >= limit.capacity;
    return is_used_up ? window + limit.window : earliest;
}

void give_slot(const Limit& limit, RateRecord& key, TimePoint at) {
    const bool is_same_window =
        limit.kind == LimitKind::fixed_window && window_of(limit, last_of(key)) == window_of(limit, at);
    key.in_window = is_same_window ? key.in_window + 1 : 1;
    key.given.push_back(at);
    if (key.given.size() > static_cast<std::size_t>(limit.capacity)) key.given.erase(key.given.begin());
    key.full_at = std::max(key.full_at, at) + refill_of(limit);
}

}  // namespace jobhost::storage::model
