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

std::vector<NoSlot> LimitSlots::take(const std::vector<SlotSeeker>& jobs) {
    std::vector<JobId> ids;
    for (const SlotSeeker& job : jobs)
        ids.push_back(job.id);
    std::vector<Use> uses = uses_of(ids);
    hold(uses);
    std::vector<NoSlot> without;
    for (const SlotSeeker& job : jobs) {
        const auto first =
            std::find_if(uses.begin(), uses.end(), [&](const Use& use) { return use.job == job.id; });
        const auto last = std::find_if(first, uses.end(), [&](const Use& use) { return use.job != job.id; });
        const std::span<Use> own{first, last};
        auto none = take_all(job, own);
        if (!none) continue;
        without.push_back(*std::move(none));
        // Before anybody else of this claim looks for them.
        std::vector<std::string> freed;
        for (Use& use : own)
            if (use.is_held) {
                let_go(use);
                freed.push_back(use.key);
            }
        for (const std::string& key : freed)
            hand_on(key);
    }
    write_uses(uses);
    write_states();
    return without;
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
    write_uses(uses);
    write_states();
}

std::size_t LimitSlots::grant(const std::vector<std::string>& keys) {
    std::vector<Use> uses;
    for (const std::string& key : keys)
        uses.push_back({.key = key, .limit = key.substr(0, key.find(':'))});
    hold(uses);
    std::size_t count = 0;
    for (const std::string& key : keys)
        count += hand_on(key);
    write_states();
    return count;
}

std::vector<LimitSlots::Use> LimitSlots::uses_of(const std::vector<JobId>& jobs) {
    std::vector<Use> uses;
    for (auto& [job, position, key, limit, is_held] :
         change_.session.rows<long long, int, std::string, std::string, int>("limit_use_of",
                                                                             {{"ids", id_list(jobs)}}))
        uses.push_back({JobId{job}, position, std::move(key), std::move(limit), is_held != 0, is_held != 0});
    return uses;
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
        std::size_t count = 0;
        for (auto& [key, taken, given_out, instant] :
             change_.session.rows<std::string, long long, long long, long long>("limit_state_hold",
                                                                                parameters)) {
            states_[key] = {taken, {key, limit_named(missing.at(key)), given_out, instant}};
            ++count;
        }
        return count;
    };
    if (read() == missing.size()) return;
    change_.session.execute("limit_state_make", parameters);
    read();
}

// A limit that was removed while jobs needed it holds nobody up.
const Limit& LimitSlots::limit_named(const std::string& name) {
    if (limits_.empty())
        for (auto& [limit, kind, capacity, window] :
             change_.session.rows<std::string, int, long long, long long>("limit_list"))
            limits_[limit] = {limit, static_cast<LimitKind>(kind), capacity, Duration{window}};
    return limits_.try_emplace(name, Limit{.name = name, .capacity = kMaxLimitCapacity}).first->second;
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
    std::vector<JobId> first;
    for (const auto& [id] : change_.session.rows<long long>(
             "job_parked_first",
             {{"key", key}, {"now", micros(change_.session.now())}, {"count", static_cast<long long>(free)}}))
        first.emplace_back(JobId{id});
    if (first.empty()) return 0;
    JobMoves moves{change_};
    std::vector<JobId> granted;
    for (const HeldJob& job : hold_jobs(change_.session, first)) {
        if (job.state != StateName::awaiting || job.reason != Reason::limit) continue;
        moves.enqueue_again(job);
        granted.push_back(job.id);
    }
    moves.write();
    granted_.insert(granted.begin(), granted.end());
    std::vector<Use> uses = uses_of(granted);
    for (Use& use : uses) {
        if (use.key != key) continue;
        use.is_held = true;
        ++state.taken;
    }
    write_uses(uses);
    return granted.size();
}

void LimitSlots::write_uses(const std::vector<Use>& uses) {
    json::array rows;
    for (const Use& use : uses)
        if (use.is_held != use.was_held)
            rows.push_back(
                {{"job", use.job.value}, {"position", use.position}, {"is_held", use.is_held ? 1 : 0}});
    if (!rows.empty()) change_.session.execute("limit_use_put", {{"rows", json::serialize(rows)}});
}

void LimitSlots::write_states() {
    json::array states;
    for (const auto& [key, state] : states_)
        states.push_back({{"limit_key", key},
                          {"taken", state.taken},
                          {"given_out", state.rate.given_out},
                          {"instant", state.rate.instant}});
    if (!states.empty()) change_.session.execute("limit_state_put", {{"rows", json::serialize(states)}});
}

}  // namespace jobhost::storage
