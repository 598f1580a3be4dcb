#include "storage/soci/limit_slots.hpp"

#include "storage/soci/id_list.hpp"
#include "storage/soci/instants.hpp"
#include "storage/soci/stored_enum.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <utility>

namespace jobhost::storage {

namespace {

namespace json = boost::json;

// More jobs that get a slot of one key, as after a capacity was raised, get it in the next transactions.
constexpr std::int64_t kMostAtOnce = 1000;
constexpr int kConcurrent = static_cast<int>(LimitKind::concurrent);

using Maybe = std::optional<long long>;

std::string limit_of(const std::string& key) {
    return key.substr(0, key.find(':'));
}

}  // namespace

void LimitSlots::take(const std::vector<SlotSeeker>& jobs, const PutAway& put_away) {
    std::vector<JobId> ids;
    for (const SlotSeeker& job : jobs)
        ids.push_back(job.id);
    std::vector<Use> uses = uses_of(ids);
    const std::set<JobId> open = those_to_decide(uses, jobs);
    std::set<std::string> keys;
    for (const Use& use : uses)
        if (open.contains(use.job)) keys.insert(use.key);
    hold(keys);
    for (auto& [key, slots] : states_)
        if (slots.is_due()) hand_on(slots);
    std::vector<NoSlot> without;
    const auto put_all_away = [&] {
        put_away(without);
        for (const NoSlot& none : std::exchange(without, {}))
            states_.at(none.parked_on).set_awaited(true);
    };
    for (const SlotSeeker& job : jobs) {
        if (!open.contains(job.id)) continue;
        const auto [first, last] = std::ranges::equal_range(uses, job.id, {}, &Use::job);
        const std::span<Use> own{first, last};
        if (!job.is_over) {
            const KeySlots* lacking = lacking_of(own);
            if (lacking == nullptr) {
                start(own);
                continue;
            }
            without.push_back(
                {job.id, lacking->key(), lacking->is_rate() ? Reason::throttled : Reason::limit});
        }
        // Before anybody else of this claim looks for them.
        std::vector<KeySlots*> freed;
        for (Use& use : own)
            if (use.is_held) {
                let_go(use);
                freed.push_back(&slots_of(use));
            }
        if (freed.empty()) continue;
        // Who came before and has to wait is among those that wait.
        put_all_away();
        for (KeySlots* slots : freed)
            hand_on(*slots);
    }
    put_all_away();
    write(uses);
}

void LimitSlots::free(const std::vector<JobId>& jobs) {
    if (jobs.empty()) return;
    const bool is_in_one = change_.session.catalog().contains("limit_let_go");
    for (const std::string& key : is_in_one ? transfer_all(jobs) : let_go_of_all(jobs))
        hand_on(states_.at(key));
    write();
}

std::size_t LimitSlots::grant(const std::vector<std::string>& keys) {
    hold({keys.begin(), keys.end()});
    std::size_t count = 0;
    for (auto& [key, slots] : states_) {
        slots.set_awaited(true);
        count += hand_on(slots);
    }
    write();
    return count;
}

void LimitSlots::forget(const std::vector<std::string>& keys) {
    hold({keys.begin(), keys.end()});
    const std::int64_t now = micros(change_.session.now());
    for (const auto& [key, slots] : states_) {
        // Somebody may have come since they were looked for.
        if (slots.row().taken != 0 || slots.row().opens_at ||
            slots.row().instant + slots.limit().window.count() > now)
            continue;
        change_.session.execute("limit_instants_drop", {{"key", key}});
        change_.session.execute("limit_state_drop", {{"key", key}});
    }
}

std::vector<LimitSlots::Use> LimitSlots::uses_of(const std::vector<JobId>& jobs) {
    std::vector<Use> uses;
    for (auto& [job, key, is_held, kind] :
         change_.session.rows<long long, std::string, int, std::optional<int>>("limit_use_of",
                                                                               {{"ids", id_list(jobs)}}))
        uses.push_back({.job = JobId{job},
                        .key = std::move(key),
                        .is_held = is_held != 0,
                        .was_held = is_held != 0,
                        .is_of_rate = kind.value_or(kConcurrent) != kConcurrent});
    return uses;
}

// A job that was handed all its slots while it was parked has them; those of rates are used up from now on.
std::set<JobId> LimitSlots::those_to_decide(const std::vector<Use>& uses,
                                            const std::vector<SlotSeeker>& jobs) {
    std::set<JobId> open;
    for (const SlotSeeker& job : jobs)
        if (job.is_over) open.insert(job.id);
    for (const Use& use : uses)
        if (!use.is_held || use.is_of_rate) open.insert(use.job);
    return open;
}

void LimitSlots::hold(const std::set<std::string>& keys) {
    if (keys.empty()) return;
    const auto rows_of = [](const std::set<std::string>& wanted) {
        json::array rows;
        for (const std::string& key : wanted)
            rows.push_back({{"limit_key", key}, {"limit_name", limit_of(key)}});
        return Parameters{{"rows", json::serialize(rows)}};
    };
    if (read_states(rows_of(keys)) == keys.size()) return;
    std::set<std::string> missing;
    for (const std::string& key : keys)
        if (!states_.contains(key)) missing.insert(key);
    change_.session.execute("limit_state_make", rows_of(missing));
    read_states(rows_of(missing));
}

// Which keys it has read.
std::size_t LimitSlots::read_states(const Parameters& parameters) {
    std::size_t count = 0;
    for (auto& [key, taken, given_out, at, opens_at, kind, capacity, window] :
         change_.session.rows<std::string, long long, long long, long long, Maybe, Maybe, Maybe, Maybe>(
             "limit_state_hold", parameters)) {
        add_state(key, {taken, given_out, at, opens_at}, kind, capacity, window);
        ++count;
    }
    return count;
}

// A limit that was removed while jobs needed it holds nobody up.
KeySlots& LimitSlots::add_state(const std::string& key, const KeySlots::Row& row, Maybe kind, Maybe capacity,
                                Maybe window) {
    const Limit limit{
        .name = limit_of(key),
        .kind = stored_as<LimitKind>(kLimitKindNames, kind.value_or(kConcurrent), "the kind of a limit"),
        .capacity = capacity.value_or(kMaxLimitCapacity),
        .window = Duration{window.value_or(0)}};
    return states_.emplace(key, KeySlots{change_.session, key, limit, row}).first->second;
}

// Of those that are lacking it is the one that opens last: the others will be open then. Places in which
// others run come first, as nobody knows when these end.
KeySlots* LimitSlots::lacking_of(std::span<Use> uses) {
    std::ranges::sort(uses, {}, &Use::key);
    KeySlots* last = nullptr;
    for (const Use& use : uses) {
        KeySlots& slots = slots_of(use);
        if (use.is_held || slots.free() > 0) continue;
        if (!slots.is_rate()) return &slots;
        if (last == nullptr || slots.opening() > last->opening()) last = &slots;
    }
    return last;
}

void LimitSlots::start(std::span<Use> uses) {
    for (Use& use : uses) {
        KeySlots& slots = slots_of(use);
        if (!slots.is_rate()) {
            if (!std::exchange(use.is_held, true)) slots.take();
            continue;
        }
        if (use.is_held) let_go(use);  // it was promised, and is used up from now on
        slots.begin();
    }
}

void LimitSlots::let_go(Use& use) {
    use.is_held = false;
    slots_of(use).let_go();
}

// Which keys they were of; these are held.
std::set<std::string> LimitSlots::let_go_of_all(const std::vector<JobId>& jobs) {
    std::vector<Use> uses = uses_of(jobs);
    std::erase_if(uses, [](const Use& use) { return !use.is_held; });
    std::set<std::string> keys;
    for (const Use& use : uses)
        keys.insert(use.key);
    hold(keys);
    for (Use& use : uses) {
        let_go(use);
        note(use.job, use.key, false);
    }
    return keys;
}

// The same in one round trip, in which most slots have been passed on, too.
std::set<std::string> LimitSlots::transfer_all(const std::vector<JobId>& jobs) {
    std::set<std::string> keys;
    for (const auto& [key, taken, given_out, at, opens_at, kind, capacity, window, freed, job, lane,
                      has_all] : change_.session.rows<std::string, long long, long long, long long, Maybe,
                                                      Maybe, Maybe, Maybe, long long, Maybe, Maybe, int>(
             "limit_let_go", {{"ids", id_list(jobs)}, {"now", micros(change_.session.now())}})) {
        if (keys.insert(key).second) {
            KeySlots& slots = add_state(key, {taken, given_out, at, opens_at}, kind, capacity, window);
            for (long long i = 0; i < freed; ++i)
                slots.let_go();
        }
        if (!job) continue;
        note_granted(JobId{*job}, LaneId{lane.value()}, has_all != 0);
        states_.at(key).take();
    }
    return keys;
}

void LimitSlots::note_granted(JobId job, LaneId lane, bool has_all) {
    granted_.insert(job);
    change_.let_go.insert(job);
    if (has_all) change_.has_all_slots.insert(job);
    change_.tally.moved(lane, StateName::awaiting, StateName::enqueued);
}

std::size_t LimitSlots::hand_on(KeySlots& slots) {
    std::size_t count = 0;
    for (std::int64_t left = std::min(slots.free(), kMostAtOnce); left > 0;) {
        const PassedOn passed = pass_on(slots, left);
        for (std::size_t i = 0; i < passed.count; ++i)
            slots.take();
        count += passed.count;
        slots.set_awaited(passed.looked_at == static_cast<std::size_t>(left));
        if (passed.looked_at < static_cast<std::size_t>(left)) break;
        left -= static_cast<std::int64_t>(passed.count);  // some may have been taken away just now
    }
    return count;
}

LimitSlots::PassedOn LimitSlots::pass_on(const KeySlots& slots, std::int64_t count) {
    const Parameters parameters{
        {"key", slots.key()}, {"now", micros(change_.session.now())}, {"count", count}};
    if (!change_.session.catalog().contains("limit_pass_on")) return unpark_first(parameters);
    const auto passed = change_.session.rows<long long, long long, int>("limit_pass_on", parameters);
    // What is promised is used up by the claim.
    for (const auto& [id, lane, has_all] : passed)
        note_granted(JobId{id}, LaneId{lane}, has_all != 0 && !slots.is_rate());
    return {.count = passed.size(), .looked_at = passed.size()};
}

// Several are locked in their order first; one needs none.
LimitSlots::PassedOn LimitSlots::unpark_first(const Parameters& parameters) {
    std::map<JobId, LaneId> lanes;
    std::vector<JobId> first;
    for (const auto& [id, lane] :
         change_.session.rows<long long, long long>("job_parked_first", parameters)) {
        lanes[JobId{id}] = LaneId{lane};
        first.emplace_back(JobId{id});
    }
    PassedOn passed{.looked_at = first.size()};
    if (first.size() > 1) {
        const std::vector<HeldJob> held = hold_jobs(change_.session, first);
        first.clear();
        for (const HeldJob& job : held)
            if (job.is_parked()) first.push_back(job.id);
    }
    const Parameter& key = parameters.front();
    if (first.empty() || change_.session.execute("job_unpark", {{"ids", id_list(first)}, key}) == 0)
        return passed;
    for (const JobId id : first) {
        note(id, std::get<std::string>(key.value), true);
        note_granted(id, lanes.at(id), false);
    }
    passed.count = first.size();
    return passed;
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
    for (auto& [key, slots] : states_) {
        if (slots.settle()) change_.session.announce();
        if (!slots.has_changed()) continue;
        write_begun(slots);
        const KeySlots::Row& row = slots.row();
        json::object given{{"limit_key", key},
                           {"taken", row.taken},
                           {"given_out", row.given_out},
                           {"instant", row.instant},
                           {"capacity", slots.limit().capacity},
                           {"window_length", slots.limit().window.count()}};
        if (row.opens_at) given["opens_at"] = *row.opens_at;
        states.push_back(std::move(given));
        slots.is_written();
    }
    if (!states.empty())
        change_.session.execute("limit_state_put",
                                {{"rows", json::serialize(states)}, {"now", micros(change_.session.now())}});
}

// As many instants stay as count.
void LimitSlots::write_begun(const KeySlots& slots) {
    if (slots.begun() == 0) return;
    const std::int64_t last = slots.row().given_out;
    json::array rows;
    for (std::int64_t number = last - slots.begun(); number < last; ++number)
        rows.push_back({{"limit_key", slots.key()}, {"number", number}, {"at", slots.row().instant}});
    change_.session.execute("limit_instant_insert", {{"rows", json::serialize(rows)}});
    const std::int64_t first = last - slots.limit().capacity;
    if (first > 0) change_.session.execute("limit_instant_delete", {{"key", slots.key()}, {"first", first}});
}

}  // namespace jobhost::storage
