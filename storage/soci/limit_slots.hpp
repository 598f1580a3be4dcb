// The slots of limits: who has them, and who is next.
#pragma once

#include "storage/soci/held_jobs.hpp"
#include "storage/soci/key_slots.hpp"

#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace jobhost::storage {

// A job that has just been claimed and needs slots, or was found to be over and needs none any more.
struct SlotSeeker {
    JobId id;
    bool is_over = false;
};

// A job that cannot run yet, and the key that it waits for.
struct NoSlot {
    JobId id;
    std::string parked_on;
    Reason reason;  // limit, or throttled by a rate
};

// Of one transaction. The states of limits are locked in the order of their keys, before jobs that are
// parked. A job takes its slots in an order that is the same for all jobs, and keeps those that it has while
// it waits for the next one, so that nobody waits in a circle and everybody comes to run. The order: keys
// before limits that all share, so that nobody keeps a slot of all while waiting for one of a few; among
// these, rates before places, so that fewer places stand empty until a window is over.
class LimitSlots {
public:
    // Parks them, so that they count among those that wait.
    using PutAway = std::function<void(const std::vector<NoSlot>&)>;

    explicit LimitSlots(Change& change) : change_{change} {}

    // Gives each job, in this order, all its slots; one that lacks some is put away, and keeps those before
    // the first of these. Who waits comes before who arrives.
    void take(const std::vector<SlotSeeker>& jobs, const PutAway& put_away);
    // Their runs have ended: who is parked first gets their slots.
    void end_runs(const std::vector<JobId>& jobs);
    // They do not run for now, or were not to: what was promised to them goes to who is parked first.
    // REQUIRES: they are locked, and not processing.
    void take_back(const std::vector<JobId>& jobs);
    // Hands out what is free of these keys, for which somebody waits; how many jobs got a slot.
    std::size_t grant(const std::vector<std::string>& keys);
    // Forgets keys of which nothing is to be known any more: no slot is taken, nobody waits, and the last
    // runs of rates lie longer back than the limit's window.
    void forget(const std::vector<std::string>& keys);

    // Jobs that have become enqueued by all of this.
    const std::set<JobId>& granted() const noexcept { return granted_; }

private:
    struct Need {
        JobId job;
        std::string key;
        KeySlots* slots = nullptr;
    };

    std::vector<Need> needs_of(const std::vector<JobId>& jobs);
    void hold(const std::set<std::string>& keys);
    void lock_more(const std::set<std::string>& keys);
    std::size_t read_states(const Parameters& parameters);
    KeySlots& add_state(const std::string& key, const KeySlots::Row& row, std::optional<long long> kind,
                        long long capacity, long long window);
    bool is_promised(const Need& need) const { return change_.promises.has(need.job, need.key); }
    void start(std::span<const Need> needs);
    void keep(std::span<const Need> needs);
    std::vector<KeySlots*> let_go(std::span<const Need> needs);
    std::set<std::string> let_go_of_runs(const std::vector<JobId>& jobs);
    std::set<std::string> transfer_of_runs(const std::vector<JobId>& jobs);
    void note_granted(JobId job, LaneId lane, KeySlots& slots, bool has_all);
    std::size_t hand_on(KeySlots& slots);
    struct PassedOn {
        std::size_t count = 0;
        std::size_t looked_at = 0;  // fewer than were asked for: there are no more
    };
    PassedOn pass_on(KeySlots& slots, std::int64_t count);
    PassedOn unpark_first(KeySlots& slots, const Parameters& parameters);
    void write();
    void write_begun(const KeySlots& slots);

    Change& change_;
    std::set<JobId> granted_;
    std::map<std::string, KeySlots> states_;  // by key
};

}  // namespace jobhost::storage
