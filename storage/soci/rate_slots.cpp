#include "storage/soci/rate_slots.hpp"

#include "storage/soci/instants.hpp"

#include <algorithm>

namespace jobhost::storage {

namespace {

// As the virtual scheduling algorithm of ITU-T I.371 counts.
std::int64_t bucket_step(const Limit& limit) {
    return (limit.window.count() + limit.capacity - 1) / limit.capacity;
}

// The slot before which a whole capacity of them has been given out; 0: there is none.
std::int64_t earlier_by_capacity(Session& session, const RateSlots& rate) {
    for (const auto& [at] : session.rows<long long>(
             "limit_instant", {{"key", rate.key}, {"number", rate.given_out - rate.limit.capacity}}))
        return at;
    return 0;
}

std::int64_t first_slot(Session& session, const RateSlots& rate, std::int64_t from) {
    const std::int64_t window = rate.limit.window.count();
    const std::int64_t capacity = rate.limit.capacity;
    switch (rate.limit.kind) {
        case LimitKind::fixed_window: {
            const std::int64_t at = std::max(from, rate.instant);
            const bool is_full = at / window == rate.instant / window && rate.given_out >= capacity;
            return is_full ? (at / window + 1) * window : at;
        }
        case LimitKind::sliding_window: {
            const std::int64_t earlier = earlier_by_capacity(session, rate);
            return std::max({from, rate.instant, earlier == 0 ? from : earlier + window});
        }
        case LimitKind::bucket:
            return std::max(from, rate.instant - (capacity - 1) * bucket_step(rate.limit));
        case LimitKind::concurrent:
            break;
    }
    return from;
}

void give(Session& session, RateSlots& rate, std::int64_t at) {
    const std::int64_t window = rate.limit.window.count();
    switch (rate.limit.kind) {
        case LimitKind::fixed_window:
            rate.given_out = at / window == rate.instant / window ? rate.given_out + 1 : 1;
            rate.instant = at;
            break;
        case LimitKind::sliding_window:
            session.execute("limit_instant_insert",
                            {{"key", rate.key}, {"number", rate.given_out}, {"at", at}});
            session.execute("limit_instant_delete",
                            {{"key", rate.key}, {"last", rate.given_out - rate.limit.capacity}});
            ++rate.given_out;
            rate.instant = at;
            break;
        case LimitKind::bucket:
            rate.instant = std::max(rate.instant, at) + bucket_step(rate.limit);
            break;
        case LimitKind::concurrent:
            break;
    }
}

}  // namespace

// Each may push the instant on for the others.
TimePoint give_slots(Session& session, const std::vector<RateSlots*>& rates, TimePoint now) {
    std::int64_t at = micros(now);
    for (bool is_settled = false; !is_settled;) {
        const std::int64_t before = at;
        for (const RateSlots* rate : rates)
            at = std::max(at, first_slot(session, *rate, at));
        is_settled = at == before;
    }
    for (RateSlots* rate : rates)
        give(session, *rate, at);
    return instant(at);
}

}  // namespace jobhost::storage
