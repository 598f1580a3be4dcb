// The slots of limits: who has them, and who is next.
#pragma once

#include "storage/model/limit.hpp"
#include "storage/soci/held_jobs.hpp"
#include "storage/soci/rate_slots.hpp"

#include <boost/json/array.hpp>

#include <array>
#include <cstdint>
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
    int flags = 0;
    bool is_over = false;
};

// Why a job cannot run yet. One of the two is set.
struct NoSlot {
    JobId id;
    std::string parked_on;               // a key
    std::optional<TimePoint> throttled;  // it has its slot at this instant
};

// Of one transaction. The states of limits are locked in the order of their keys, before jobs that are
// parked.
class LimitSlots {
public:
    // Parks or throttles them, so that they count among those that wait.
    using PutAway = std::function<void(const std::vector<NoSlot>&)>;

    explicit LimitSlots(Change& change) : change_{change} {}

    // Gives each job, in this order, all its slots or none; those that get none are put away. They let go of
    // what they were given while they were parked before.
    void take(const std::vector<SlotSeeker>& jobs, const PutAway& put_away);
    // These have left processing, or a queue in which they held slots: who is parked first gets their slots.
    void free(const std::vector<JobId>& jobs);
    // Hands out what is free of these keys; how many jobs got a slot.
    std::size_t grant(const std::vector<std::string>& keys);
    // Forgets keys of which nothing is to be known any more: no slot is taken, nobody waits, and the last
    // slots of rates lie longer back than the limit's window.
    void forget(const std::vector<std::string>& keys);

    // Jobs that have become enqueued by all of this.
    const std::set<JobId>& granted() const noexcept { return granted_; }

private:
    struct Use {
        JobId job;
        std::string key;
        std::string limit;
        bool is_held = false;
        bool was_held = false;
    };
    struct State {
        std::int64_t taken = 0;
        RateSlots rate;

        using Numbers = std::array<std::int64_t, 3>;
        Numbers numbers() const { return {taken, rate.given_out, rate.instant}; }
        Numbers written{};
    };

    std::vector<Use> uses_of(const std::vector<JobId>& jobs);
    static std::vector<Use> those_to_decide(const std::vector<Use>& uses,
                                            const std::vector<SlotSeeker>& jobs);
    void hold(const std::vector<Use>& uses);
    std::optional<NoSlot> take_all(const SlotSeeker& job, std::span<Use> uses);
    void let_go(Use& use);
    std::size_t hand_on(const std::string& key);
    std::vector<JobId> unpark(const std::map<JobId, LaneId>& jobs);
    void note(JobId job, const std::string& key, bool is_held);
    void write(const std::vector<Use>& uses);
    void write_states();

    Change& change_;
    std::set<JobId> granted_;
    boost::json::array uses_;              // that have changed, as rows
    std::map<std::string, State> states_;  // by key
};

}  // namespace jobhost::storage
