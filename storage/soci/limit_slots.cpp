#include "storage/soci/limit_slots.hpp"

#include "storage/soci/id_list.hpp"
#include "storage/soci/instants.hpp"
#include "storage/soci/stored_enum.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <string_view>
#include <tuple>
#include <utility>

namespace jobhost::storage {

namespace {

namespace json = boost::json;

// More jobs that get a slot of one key, as after a capacity was raised, get it in the next transactions.
constexpr std::int64_t kMostAtOnce = 1000;

using Maybe = std::optional<long long>;

std::string limit_of(const std::string& key) {
    return key.substr(0, key.find(':'));
}

// By limits that have keys, then by rates.
auto rank_of(const KeySlots& slots) {
    const bool is_shared = slots.key().find(':') == slots.key().size() - 1;
    return std::tuple{is_shared, !slots.is_rate(), std::string_view{slots.key()}};
}

}  // namespace

void LimitSlots::take(const std::vector<SlotSeeker>& jobs, const PutAway& put_away) {
    std::vector<JobId> ids;
    for (const SlotSeeker& job : jobs)
        ids.push_back(job.id);
    std::vector<Need> needs = needs_of(ids);
    std::ranges::sort(needs, {}, [](const Need& need) { return std::tuple{need.job, rank_of(*need.slots)}; });
    for (auto& [key, slots] : states_)
        if (slots.is_due()) hand_on(slots);
    std::vector<NoSlot> without;
    const auto put_all_away = [&] {
        put_away(without);
        for (const NoSlot& none : std::exchange(without, {}))
            states_.at(none.parked_on).set_awaited(true);
    };
    for (const SlotSeeker& job : jobs) {
        const auto [first, last] = std::ranges::equal_range(needs, job.id, {}, &Need::job);
        auto rest = first;
        if (!job.is_over) {
            const auto lacking = std::find_if(
                first, last, [&](const Need& need) { return !is_promised(need) && need.slots->free() <= 0; });
            if (lacking == last) {
                start({first, last});
                change_.promises.take_back_all(job.id);
                continue;
            }
            keep({first, lacking});
            without.push_back(
                {job.id, lacking->key, lacking->slots->is_rate() ? Reason::throttled : Reason::limit});
            rest = lacking;
        }
        // Before anybody else of this claim looks for them.
        const std::vector<KeySlots*> freed = let_go({rest, last});
        if (freed.empty()) continue;
        // Who came before and has to wait is among those that wait.
        put_all_away();
        for (KeySlots* slots : freed)
            hand_on(*slots);
    }
    put_all_away();
    write();
}

void LimitSlots::end_runs(const std::vector<JobId>& jobs) {
    if (jobs.empty()) return;
    const bool is_in_one = change_.session.catalog().contains("limit_let_go");
    for (const std::string& key : is_in_one ? transfer_of_runs(jobs) : let_go_of_runs(jobs))
        hand_on(states_.at(key));
    write();
}

void LimitSlots::take_back(const std::vector<JobId>& jobs) {
    if (jobs.empty()) return;
    change_.promises.read_of(change_.session, jobs);
    std::set<std::string> keys;
    for (const JobId job : jobs)
        keys.merge(change_.promises.keys_of(job));
    hold(keys);
    for (const JobId job : jobs) {
        for (const std::string& key : change_.promises.keys_of(job))
            if (const auto found = states_.find(key); found != states_.end()) found->second.let_go();
        change_.promises.take_back_all(job);
    }
    for (auto& [key, slots] : states_)
        hand_on(slots);
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

// Their states are held. A limit that was removed while jobs needed it holds nobody up.
std::vector<LimitSlots::Need> LimitSlots::needs_of(const std::vector<JobId>& jobs) {
    std::vector<Need> needs;
    std::set<std::string> keys;
    for (auto& [job, key, is_promised] :
         change_.session.rows<long long, std::string, int>("limit_use_of", {{"ids", id_list(jobs)}})) {
        if (is_promised != 0) change_.promises.read(JobId{job}, key);
        keys.insert(key);
        needs.push_back({.job = JobId{job}, .key = std::move(key)});
    }
    hold(keys);
    std::erase_if(needs, [&](Need& need) {
        const auto found = states_.find(need.key);
        if (found == states_.end() || found->second.is_removed()) return true;
        need.slots = &found->second;
        return false;
    });
    return needs;
}

// Runs that end lock their keys in order, and jobs that are claimed in the same transaction theirs: two such
// transactions may wait for each other. That is found out soon, and not by the server's deadlock_timeout of a
// second; whoever waits in vain is undone, and tried again.
void LimitSlots::lock_more(const std::set<std::string>& keys) {
    if (std::ranges::includes(change_.locked_keys, keys)) return;
    if (!change_.locked_keys.empty() && change_.session.catalog().contains("limit_locks_hurry"))
        change_.session.execute("limit_locks_hurry");
    change_.locked_keys.insert(keys.begin(), keys.end());
}

void LimitSlots::hold(const std::set<std::string>& keys) {
    if (keys.empty()) return;
    lock_more(keys);
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
    read_states(rows_of(missing));  // others may have made them just now
}

// Which keys it has read.
std::size_t LimitSlots::read_states(const Parameters& parameters) {
    std::size_t count = 0;
    for (auto& [key, taken, given_out, at, opens_at, kind, capacity, window] :
         change_.session
             .rows<std::string, long long, long long, long long, Maybe, Maybe, long long, long long>(
                 "limit_state_hold", parameters)) {
        add_state(key, {taken, given_out, at, opens_at}, kind, capacity, window);
        ++count;
    }
    return count;
}

KeySlots& LimitSlots::add_state(const std::string& key, const KeySlots::Row& row, Maybe kind,
                                long long capacity, long long window) {
    std::optional<Limit> limit;
    if (kind)
        limit = Limit{.name = limit_of(key),
                      .kind = stored_as<LimitKind>(kLimitKindNames, *kind, "the kind of a limit"),
                      .capacity = capacity,
                      .window = Duration{window}};
    return states_.emplace(key, KeySlots{change_.session, key, limit, row}).first->second;
}

// What was promised is used up from now on.
void LimitSlots::start(std::span<const Need> needs) {
    for (const Need& need : needs) {
        if (need.slots->is_rate()) {
            if (is_promised(need)) need.slots->let_go();
            need.slots->begin();
        } else if (!is_promised(need)) {
            need.slots->take();
        }
    }
}

void LimitSlots::keep(std::span<const Need> needs) {
    for (const Need& need : needs) {
        if (is_promised(need)) continue;
        need.slots->take();
        change_.promises.make(need.job, need.key);
    }
}

std::vector<KeySlots*> LimitSlots::let_go(std::span<const Need> needs) {
    std::vector<KeySlots*> freed;
    for (const Need& need : needs) {
        if (!is_promised(need)) continue;
        need.slots->let_go();
        change_.promises.take_back(need.job, need.key);
        freed.push_back(need.slots);
    }
    return freed;
}

// Which keys they were of; these are held.
std::set<std::string> LimitSlots::let_go_of_runs(const std::vector<JobId>& jobs) {
    std::set<std::string> keys;
    for (const Need& need : needs_of(jobs)) {
        if (need.slots->is_rate()) continue;
        need.slots->let_go();
        keys.insert(need.key);
    }
    return keys;
}

// The same in one round trip, in which most slots have been passed on, too.
std::set<std::string> LimitSlots::transfer_of_runs(const std::vector<JobId>& jobs) {
    std::set<std::string> keys;
    for (const auto& [key, taken, given_out, at, opens_at, kind, capacity, window, freed, job, lane,
                      has_all] :
         change_.session.rows<std::string, long long, long long, long long, Maybe, Maybe, long long,
                              long long, long long, Maybe, Maybe, int>(
             "limit_let_go", {{"ids", id_list(jobs)}, {"now", micros(change_.session.now())}})) {
        if (keys.insert(key).second) {
            KeySlots& slots = add_state(key, {taken, given_out, at, opens_at}, kind, capacity, window);
            for (long long i = 0; i < freed; ++i)
                slots.let_go();
        }
        if (job) note_granted(JobId{*job}, LaneId{lane.value()}, states_.at(key), has_all != 0);
    }
    change_.locked_keys.insert(keys.begin(), keys.end());
    return keys;
}

// What is promised of a rate is used up by the claim.
void LimitSlots::note_granted(JobId job, LaneId lane, KeySlots& slots, bool has_all) {
    granted_.insert(job);
    change_.let_go.insert(job);
    if (has_all && !slots.is_rate()) change_.has_all_slots.insert(job);
    change_.tally.moved(lane, StateName::awaiting, StateName::enqueued);
    if (slots.is_removed()) return;
    change_.promises.make(job, slots.key());
    slots.take();
}

std::size_t LimitSlots::hand_on(KeySlots& slots) {
    std::size_t count = 0;
    for (std::int64_t left = std::min(slots.free(), kMostAtOnce); left > 0;) {
        const PassedOn passed = pass_on(slots, left);
        count += passed.count;
        slots.set_awaited(passed.looked_at == static_cast<std::size_t>(left));
        if (passed.looked_at < static_cast<std::size_t>(left)) break;
        left -= static_cast<std::int64_t>(passed.count);  // some may have been taken away just now
    }
    return count;
}

LimitSlots::PassedOn LimitSlots::pass_on(KeySlots& slots, std::int64_t count) {
    const Parameters parameters{
        {"key", slots.key()}, {"now", micros(change_.session.now())}, {"count", count}};
    if (!change_.session.catalog().contains("limit_pass_on")) return unpark_first(slots, parameters);
    const auto passed = change_.session.rows<long long, long long, int>("limit_pass_on", parameters);
    for (const auto& [id, lane, has_all] : passed)
        note_granted(JobId{id}, LaneId{lane}, slots, has_all != 0);
    return {.count = passed.size(), .looked_at = passed.size()};
}

// Several are locked in their order first; one needs none.
LimitSlots::PassedOn LimitSlots::unpark_first(KeySlots& slots, const Parameters& parameters) {
    struct Found {
        LaneId lane;
        bool has_all;
    };
    std::map<JobId, Found> found;
    std::vector<JobId> first;
    for (const auto& [id, lane, has_all] :
         change_.session.rows<long long, long long, int>("job_parked_first", parameters)) {
        found[JobId{id}] = {LaneId{lane}, has_all != 0};
        first.emplace_back(JobId{id});
    }
    PassedOn passed{.looked_at = first.size()};
    if (first.size() > 1) {
        const std::vector<HeldJob> held = hold_jobs(change_.session, first);
        first.clear();
        for (const HeldJob& job : held)
            if (job.is_parked()) first.push_back(job.id);
    }
    if (first.empty() ||
        change_.session.execute("job_unpark", {{"ids", id_list(first)}, {"key", slots.key()}}) == 0)
        return passed;
    for (const JobId id : first)
        note_granted(id, found.at(id).lane, slots, found.at(id).has_all);
    passed.count = first.size();
    return passed;
}

// A slot that was freed and handed on at once has changed nothing.
void LimitSlots::write() {
    json::array states;
    for (auto& [key, slots] : states_) {
        if (slots.settle()) change_.session.announce();
        if (!slots.has_changed()) continue;
        write_begun(slots);
        const KeySlots::Row& row = slots.row();
        json::object given{
            {"limit_key", key}, {"taken", row.taken}, {"given_out", row.given_out}, {"instant", row.instant}};
        if (row.opens_at) given["opens_at"] = *row.opens_at;
        states.push_back(std::move(given));
        slots.is_written();
    }
    if (!states.empty()) change_.session.execute("limit_state_put", {{"rows", json::serialize(states)}});
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
