#include "storage/soci/limit_slots.hpp"

#include "storage/soci/id_list.hpp"
#include "storage/soci/instants.hpp"
#include "storage/soci/job_flags.hpp"
#include "storage/storage_error.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <set>
#include <utility>

namespace jobhost::storage {

namespace {

namespace json = boost::json;

}  // namespace

void LimitSlots::take(const std::vector<SlotSeeker>& jobs, const PutAway& put_away) {
    std::vector<JobId> ids;
    for (const SlotSeeker& job : jobs)
        ids.push_back(job.id);
    std::vector<Use> uses = uses_of(ids);
    hold(those_to_decide(uses, jobs));
    std::vector<NoSlot> without;
    for (const SlotSeeker& job : jobs) {
        const auto [first, last] = std::ranges::equal_range(uses, job.id, {}, &Use::job);
        const std::span<Use> own{first, last};
        if (!job.is_over && std::all_of(first, last, [](const Use& use) { return use.is_held; })) continue;
        if (!job.is_over) {
            auto none = take_all(job, own);
            if (!none) continue;
            without.push_back(*std::move(none));
        }
        // Before anybody else of this claim looks for them.
        std::vector<std::string> freed;
        for (Use& use : own)
            if (use.is_held) {
                let_go(use);
                freed.push_back(use.key);
            }
        if (freed.empty()) continue;
        // Who came before and has to wait is among those that wait.
        put_away(std::exchange(without, {}));
        for (const std::string& key : freed)
            hand_on(key);
    }
    put_away(without);
    write(uses);
}

void LimitSlots::free(const std::vector<JobId>& jobs) {
    if (jobs.empty()) return;
    std::vector<Use> uses = uses_of(jobs);
    std::erase_if(uses, [](const Use& use) { return !use.is_held; });
    if (uses.empty()) return;
    hold(uses);
    std::set<std::string> freed;
    for (Use& use : uses) {
        let_go(use);
        freed.insert(use.key);
    }
    for (const std::string& key : freed)
        hand_on(key);
    write(uses);
}

std::size_t LimitSlots::grant(const std::vector<std::string>& keys) {
    std::vector<Use> uses;
    for (const std::string& key : keys)
        uses.push_back({.key = key, .limit = key.substr(0, key.find(':'))});
    hold(uses);
    std::size_t count = 0;
    for (const std::string& key : keys)
        count += hand_on(key);
    write({});
    return count;
}

void LimitSlots::forget(const std::vector<std::string>& keys) {
    std::vector<Use> uses;
    for (const std::string& key : keys)
        uses.push_back({.key = key, .limit = key.substr(0, key.find(':'))});
    hold(uses);
    const std::int64_t now = micros(change_.session.now());
    for (const auto& [key, state] : states_) {
        // Somebody may have come since they were looked for.
        if (state.taken != 0 || state.rate.instant + state.rate.limit.window.count() > now) continue;
        change_.session.execute("limit_instants_drop", {{"key", key}});
        change_.session.execute("limit_state_drop", {{"key", key}});
    }
}

std::vector<LimitSlots::Use> LimitSlots::uses_of(const std::vector<JobId>& jobs) {
    std::vector<Use> uses;
    for (auto& [job, key, limit, is_held] : change_.session.rows<long long, std::string, std::string, int>(
             "limit_use_of", {{"ids", id_list(jobs)}}))
        uses.push_back({JobId{job}, std::move(key), std::move(limit), is_held != 0, is_held != 0});
    return uses;
}

// A job that was handed all its slots while it was parked has them.
std::vector<LimitSlots::Use> LimitSlots::those_to_decide(const std::vector<Use>& uses,
                                                         const std::vector<SlotSeeker>& jobs) {
    std::set<JobId> open;
    for (const SlotSeeker& job : jobs)
        if (job.is_over) open.insert(job.id);
    for (const Use& use : uses)
        if (!use.is_held) open.insert(use.job);
    std::vector<Use> found;
    std::copy_if(uses.begin(), uses.end(), std::back_inserter(found),
                 [&](const Use& use) { return open.contains(use.job); });
    return found;
}

void LimitSlots::hold(const std::vector<Use>& uses) {
    std::map<std::string, std::string> missing;  // key and limit
    for (const Use& use : uses)
        if (!states_.contains(use.key)) missing.emplace(use.key, use.limit);
    if (missing.empty()) return;
    json::array rows;
    for (const auto& [key, limit] : missing)
        rows.push_back({{"limit_key", key}, {"limit_name", limit}});
    const Parameters parameters{{"rows", json::serialize(rows)}};
    const auto read = [&] {
        using Maybe = std::optional<long long>;
        std::size_t count = 0;
        for (auto& [key, taken, given_out, instant, kind, capacity, window] :
             change_.session.rows<std::string, long long, long long, long long, Maybe, Maybe, Maybe>(
                 "limit_state_hold", parameters)) {
            // A limit that was removed while jobs needed it holds nobody up.
            const Limit limit{
                .name = missing.at(key),
                .kind = static_cast<LimitKind>(kind.value_or(static_cast<long long>(LimitKind::concurrent))),
                .capacity = capacity.value_or(kMaxLimitCapacity),
                .window = Duration{window.value_or(0)}};
            State state{.taken = taken, .rate = {key, limit, given_out, instant}};
            state.written = state.numbers();
            states_[key] = std::move(state);
            ++count;
        }
        return count;
    };
    if (read() == missing.size()) return;
    change_.session.execute("limit_state_make", parameters);
    read();
}

std::optional<NoSlot> LimitSlots::take_all(const SlotSeeker& job, std::span<Use> uses) {
    const auto is_concurrent = [&](const Use& use) {
        return states_.at(use.key).rate.limit.kind == LimitKind::concurrent;
    };
    std::sort(uses.begin(), uses.end(), [](const Use& a, const Use& b) { return a.key < b.key; });
    for (const Use& use : uses) {
        const State& state = states_.at(use.key);
        if (is_concurrent(use) && !use.is_held && state.taken >= state.rate.limit.capacity)
            return NoSlot{.id = job.id, .parked_on = use.key, .throttled = {}};
    }
    const TimePoint now = change_.session.now();
    TimePoint at = now;
    if ((job.flags & kHasRateSlot) == 0) {
        std::vector<RateSlots*> rates;
        for (const Use& use : uses)
            if (!is_concurrent(use)) rates.push_back(&states_.at(use.key).rate);
        at = give_slots(change_.session, rates, now);
    }
    if (at > now) return NoSlot{.id = job.id, .parked_on = {}, .throttled = at};
    for (Use& use : uses)
        if (is_concurrent(use) && !use.is_held) {
            use.is_held = true;
            ++states_.at(use.key).taken;
        }
    return std::nullopt;
}

void LimitSlots::let_go(Use& use) {
    use.is_held = false;
    --states_.at(use.key).taken;
}

std::size_t LimitSlots::hand_on(const std::string& key) {
    State& state = states_.at(key);
    const std::int64_t free = state.rate.limit.capacity - state.taken;
    if (state.rate.limit.kind != LimitKind::concurrent || free <= 0) return 0;
    std::map<JobId, LaneId> first;
    for (const auto& [id, lane] : change_.session.rows<long long, long long>(
             "job_parked_first",
             {{"key", key}, {"now", micros(change_.session.now())}, {"count", static_cast<long long>(free)}}))
        first[JobId{id}] = LaneId{lane};
    const std::vector<JobId> granted = unpark(first);
    if (granted.empty()) return 0;
    granted_.insert(granted.begin(), granted.end());
    for (const JobId id : granted)
        note(id, key, true);
    state.taken += static_cast<std::int64_t>(granted.size());
    return granted.size();
}

// Those that are still parked. Several are locked in their order first; one needs none.
std::vector<JobId> LimitSlots::unpark(const std::map<JobId, LaneId>& jobs) {
    std::vector<JobId> parked;
    for (const auto& [id, lane] : jobs)
        parked.push_back(id);
    if (parked.size() > 1) {
        const std::vector<HeldJob> held = hold_jobs(change_.session, parked);
        parked.clear();
        for (const HeldJob& job : held)
            if (job.state == StateName::awaiting && job.reason == Reason::limit) parked.push_back(job.id);
    }
    if (parked.empty()) return parked;
    if (change_.session.execute("job_unpark", {{"ids", id_list(parked)}}) == 0) return {};
    for (const JobId id : parked)
        change_.tally.moved(jobs.at(id), StateName::awaiting, StateName::enqueued);
    change_.let_go.insert(parked.begin(), parked.end());
    return parked;
}

void LimitSlots::note(JobId job, const std::string& key, bool is_held) {
    uses_.push_back({{"job", job.value}, {"limit_key", key}, {"is_held", is_held ? 1 : 0}});
}

void LimitSlots::write(const std::vector<Use>& uses) {
    for (const Use& use : uses)
        if (use.is_held != use.was_held) note(use.job, use.key, use.is_held);
    if (!uses_.empty())
        change_.session.execute("limit_use_put", {{"rows", json::serialize(std::exchange(uses_, {}))}});
    write_states();
}

// A slot that was freed and handed on at once has changed nothing.
void LimitSlots::write_states() {
    json::array states;
    for (auto& [key, state] : states_) {
        State::Numbers now = state.numbers();
        if (now == state.written) continue;
        state.written = now;
        states.push_back({{"limit_key", key},
                          {"taken", state.taken},
                          {"given_out", state.rate.given_out},
                          {"instant", state.rate.instant}});
    }
    if (!states.empty()) change_.session.execute("limit_state_put", {{"rows", json::serialize(states)}});
}

}  // namespace jobhost::storage
