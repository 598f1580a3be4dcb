// Which lanes of the database this host can serve, and in which order.
#pragma once

#include "host/sync/boot_clock.hpp"
#include "storage/job_store.hpp"
#include "storage/model/type_version.hpp"

#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace jobhost::host {

struct ServedQueue {
    QueueName name;
    std::optional<int> weight = {};
    std::optional<int> workers = {};  // so many of its jobs run at the same time in this host
};

// What this host can run.
struct Served {
    std::vector<ServedQueue> queues;    // the first is served first, unless one of them has a weight
    std::map<std::string, int> types;   // full name -> payload version
    std::set<TypeVersion> others = {};  // payload versions that are taken beside that one

    bool accepts(const std::string& type, int payload_version) const;
};

// Not thread-safe. Lanes are made by those who enqueue, and never removed.
class ServedLanes {
public:
    using PausedQueues = std::function<std::set<QueueName>()>;  // may throw StorageError

    // References outlive this. Without `paused`, no queue is ever.
    ServedLanes(storage::JobStore& jobs, Served served, const BootClock& clock, PausedQueues paused = {})
        : jobs_{jobs}, served_{std::move(served)}, clock_{clock}, read_paused_{std::move(paused)} {}

    // Other types, or queues, from now on.
    void serve(Served served);

    // Reads lanes and pauses if that was a second ago, or `is_news`. Throws StorageError for lanes; pauses
    // that cannot be read stay as they were.
    void refresh(bool is_news);
    // What a claim for `limit` jobs has brought. While claims come back full, the next one looks behind them;
    // a short one has looked at everything. So does one every second, and soon after news, which may be of a
    // job that comes before those.
    void took(std::size_t limit, const std::vector<ClaimedJob>& claimed);
    // These runs have ended: what counts towards the caps of their queues is less.
    void ended(std::span<const storage::Settlement> settlements);

    // Asks for `limit` jobs of the lanes of the last reading, but for the `unavailable` types and paused
    // queues, within the caps. Queues are in their order; with weights the order is drawn anew each time, and
    // a queue comes first as often as its weight is part of all weights.
    storage::ClaimRequest request(const std::set<TypeVersion>& unavailable, std::size_t limit);
    // REQUIRES: request() has named the lane.
    const Lane& lane(LaneId id) const { return lanes_.at(id); }

private:
    void refresh_paused();
    std::vector<const ServedQueue*> queues_in_turn();
    std::vector<storage::ClaimLane> lanes_of(const QueueName& queue, int rank,
                                             const std::set<TypeVersion>& unavailable) const;
    std::size_t room_in(const ServedQueue& queue) const;

    storage::JobStore& jobs_;
    Served served_;
    const BootClock& clock_;
    const PausedQueues read_paused_;
    std::map<LaneId, Lane> lanes_;
    std::set<QueueName> paused_;
    std::map<LaneId, storage::ClaimPosition> taken_;  // the last job of each
    std::map<JobId, QueueName> running_;              // of queues that have caps
    std::optional<BootTime> read_at_;
    BootTime looked_at_{};  // everything
    std::mt19937_64 random_{std::random_device{}()};
};

}  // namespace jobhost::host
