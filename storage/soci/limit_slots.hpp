// The slots of limits: who has them, and who is next.
#pragma once

#include "storage/soci/held_jobs.hpp"
#include "storage/soci/key_slots.hpp"

#include <boost/json/array.hpp>

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
// parked.
class LimitSlots {
public:
    // Parks them, so that they count among those that wait.
    using PutAway = std::function<void(const std::vector<NoSlot>&)>;

    explicit LimitSlots(Change& change) : change_{change} {}

    // Gives each job, in this order, all its slots or none; those that get none are put away. They let go of
    // what they were given while they were parked before. Who waits comes before who arrives.
    void take(const std::vector<SlotSeeker>& jobs, const PutAway& put_away);
    // These have left processing, or a queue in which they held slots: who is parked first gets their slots.
    void free(const std::vector<JobId>& jobs);
    // Hands out what is free of these keys, for which somebody waits; how many jobs got a slot.
    std::size_t grant(const std::vector<std::string>& keys);
    // Forgets keys of which nothing is to be known any more: no slot is taken, nobody waits, and the last
    // runs of rates lie longer back than the limit's window.
    void forget(const std::vector<std::string>& keys);

    // Jobs that have become enqueued by all of this.
    const std::set<JobId>& granted() const noexcept { return granted_; }

private:
    struct Use {
        JobId job;
        std::string key;
        bool is_held = false;
        bool was_held = false;
        bool is_of_rate = false;
    };

    std::vector<Use> uses_of(const std::vector<JobId>& jobs);
    static std::set<JobId> those_to_decide(const std::vector<Use>& uses, const std::vector<SlotSeeker>& jobs);
    void hold(const std::set<std::string>& keys);
    std::size_t read_states(const Parameters& parameters);
    KeySlots& add_state(const std::string& key, const KeySlots::Row& row, std::optional<long long> kind,
                        std::optional<long long> capacity, std::optional<long long> window);
    KeySlots& slots_of(const Use& use) { return states_.at(use.key); }
    // Of those that the job lacks, the one to wait for; null: it has all.
    KeySlots* lacking_of(std::span<Use> uses);
    void start(std::span<Use> uses);
    void let_go(Use& use);
    std::set<std::string> let_go_of_all(const std::vector<JobId>& jobs);
    std::set<std::string> transfer_all(const std::vector<JobId>& jobs);
    void note_granted(JobId job, LaneId lane, bool has_all);
    std::size_t hand_on(KeySlots& slots);
    struct PassedOn {
        std::size_t count = 0;
        std::size_t looked_at = 0;  // fewer than were asked for: there are no more
    };
    PassedOn pass_on(const KeySlots& slots, std::int64_t count);
    PassedOn unpark_first(const Parameters& parameters);
    void note(JobId job, const std::string& key, bool is_held);
    void write(const std::vector<Use>& uses = {});
    void write_states();
    void write_begun(const KeySlots& slots);

    Change& change_;
    std::set<JobId> granted_;
    boost::json::array uses_;                 // that have changed, as rows
    std::map<std::string, KeySlots> states_;  // by key
};

}  // namespace jobhost::storage
