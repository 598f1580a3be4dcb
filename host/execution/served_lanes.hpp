// Which lanes of the database this host can serve.
#pragma once

#include "host/sync/boot_clock.hpp"
#include "storage/job_store.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace jobhost::host {

// What this host can run.
struct Served {
    std::vector<QueueName> queues;                 // the first is served first
    std::map<std::string, int> types;              // full name -> payload version
    std::map<std::string, int> accepts_from = {};  // full name -> oldest payload version, if it is older

    bool accepts(const std::string& type, int payload_version) const;
};

// Not thread-safe. Lanes are made by those who enqueue, and never removed.
class ServedLanes {
public:
    // References outlive this.
    ServedLanes(storage::JobStore& jobs, Served served, const BootClock& clock)
        : jobs_{jobs}, served_{std::move(served)}, clock_{clock} {}

    // Reads them if that was a second ago, or `is_news`. Throws StorageError.
    void refresh(bool is_news);
    // What a claim for `limit` jobs has brought. While claims come back full, the next one looks behind them;
    // a short one has looked at everything. So does one every second, and soon after news, which may be of a
    // job that comes before those.
    void took(std::size_t limit, const std::vector<ClaimedJob>& claimed);
    // Those of the last reading that can be claimed from, but for the `unavailable` types.
    std::vector<storage::ClaimLane> claimable(const std::set<std::string>& unavailable) const;
    // REQUIRES: claimable() has named the lane.
    const Lane& lane(LaneId id) const { return lanes_.at(id); }

private:
    storage::JobStore& jobs_;
    const Served served_;
    const BootClock& clock_;
    std::map<LaneId, Lane> lanes_;
    std::map<LaneId, storage::ClaimPosition> taken_;  // the last job of each
    std::optional<BootTime> read_at_;
    BootTime looked_at_{};  // everything
};

}  // namespace jobhost::host
