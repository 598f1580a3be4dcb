#include "storage/soci/key_slots.hpp"

#include "storage/soci/instants.hpp"

#include <algorithm>
#include <utility>

namespace jobhost::storage {

// As the virtual scheduling algorithm of ITU-T I.371 counts.
std::int64_t bucket_step(const Limit& limit) {
    return (limit.window.count() + limit.capacity - 1) / limit.capacity;
}

KeySlots::KeySlots(Session& session, std::string key, std::optional<Limit> limit, const Row& row)
    : session_{session},
      key_{std::move(key)},
      is_removed_{!limit},
      limit_{std::move(limit).value_or(Limit{.name = {}, .capacity = kMaxLimitCapacity})},
      now_{micros(session.now())},
      row_{row},
      written_{row},
      used_{used_at_first()},
      is_awaited_{row.opens_at.has_value()} {}

std::int64_t KeySlots::used_at_first() {
    const std::int64_t window = limit_.window.count();
    switch (limit_.kind) {
        case LimitKind::fixed_window:
            row_.instant = std::min(row_.instant, now_);
            return row_.instant / window == now_ / window ? row_.given_out : 0;
        case LimitKind::sliding_window:
            if (row_.instant > now_) {
                session_.execute("limit_instant_set_back", {{"key", key_}, {"now", now_}});
                row_.instant = now_;
            }
            for (const auto& [number] : session_.rows<long long>(
                     "limit_instant_first", {{"key", key_}, {"after", now_ - window}, {"count", 1}}))
                return row_.given_out - number;
            return 0;
        case LimitKind::bucket: {
            const std::int64_t step = bucket_step(limit_);
            row_.instant = std::min(row_.instant, now_ + limit_.capacity * step);
            return (std::max<std::int64_t>(row_.instant - now_, 0) + step - 1) / step;
        }
        case LimitKind::concurrent:
            break;
    }
    return 0;
}

std::optional<std::int64_t> KeySlots::opening() {
    if (free() > 0) return now_;
    const std::int64_t window = limit_.window.count();
    switch (limit_.kind) {
        case LimitKind::fixed_window:
            return (now_ / window + 1) * window;
        case LimitKind::sliding_window:
            if (!next_) next_ = next_of_sliding_window();
            return next_;
        case LimitKind::bucket:
            return std::max(row_.instant, now_) + (row_.taken - limit_.capacity + 1) * bucket_step(limit_);
        case LimitKind::concurrent:
            break;
    }
    return std::nullopt;
}

// When the run is out of it before which a whole capacity of them is left.
std::int64_t KeySlots::next_of_sliding_window() {
    const std::int64_t window = limit_.window.count();
    const std::int64_t left = limit_.capacity - row_.taken - begun_;
    if (left > 0)
        for (const auto& [at] : session_.rows<long long>(
                 "limit_instant", {{"key", key_}, {"number", row_.given_out - begun_ - left}}))
            return at + window;
    return now_ + window;
}

void KeySlots::change_taken(int by) {
    if (is_removed_) return;
    row_.taken += by;
    next_.reset();
}

void KeySlots::begin() {
    switch (limit_.kind) {
        case LimitKind::fixed_window:
            row_.given_out = used_ + 1;
            row_.instant = now_;
            break;
        case LimitKind::sliding_window:
            ++row_.given_out;
            ++begun_;
            row_.instant = now_;
            break;
        case LimitKind::bucket:
            row_.instant = std::max(row_.instant, now_) + bucket_step(limit_);
            break;
        case LimitKind::concurrent:
            return;
    }
    ++used_;
    next_.reset();
}

bool KeySlots::settle() {
    const bool has_changed_otherwise = has_changed();
    if (!is_awaited_)
        row_.opens_at.reset();
    else if (!row_.opens_at || *row_.opens_at <= now_ || has_changed_otherwise)
        row_.opens_at = opening();
    return row_.opens_at && (!written_.opens_at || *row_.opens_at < *written_.opens_at);
}

void KeySlots::is_written() {
    written_ = row_;
    begun_ = 0;
    next_.reset();
}

}  // namespace jobhost::storage
