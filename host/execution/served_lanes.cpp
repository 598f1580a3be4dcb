#include "host/execution/served_lanes.hpp"

#include <algorithm>

namespace jobhost::host {

namespace {
constexpr BootTime kPeriod = std::chrono::seconds{1};
// While others enqueue all the time, there is news all the time.
constexpr BootTime kPeriodWithNews = std::chrono::milliseconds{50};
}  // namespace

bool Served::accepts(const std::string& type, int payload_version) const {
    const auto newest = types.find(type);
    if (newest == types.end()) return false;
    const auto oldest = accepts_from.find(type);
    return payload_version <= newest->second &&
           payload_version >= (oldest == accepts_from.end() ? newest->second : oldest->second);
}

void ServedLanes::refresh(bool is_news) {
    const BootTime now = clock_.now();
    if (now - looked_at_ >= (is_news ? kPeriodWithNews : kPeriod)) {
        taken_.clear();
        looked_at_ = now;
    }
    if (!is_news && read_at_ && now - *read_at_ < kPeriod) return;
    for (Lane& lane : jobs_.lanes()) {
        const bool is_ours =
            served_.accepts(lane.type, lane.payload_version) &&
            std::find(served_.queues.begin(), served_.queues.end(), lane.queue) != served_.queues.end();
        if (is_ours) lanes_.insert_or_assign(lane.id, std::move(lane));
    }
    read_at_ = now;
}

void ServedLanes::took(std::size_t limit, const std::vector<ClaimedJob>& claimed) {
    if (claimed.size() < limit) taken_.clear();
    if (claimed.empty() || claimed.size() < limit) return;
    for (const ClaimedJob& job : claimed) {
        const storage::ClaimPosition position{job.order_key, job.id};
        storage::ClaimPosition& last = taken_.try_emplace(job.lane, position).first->second;
        last = std::max(last, position);
    }
}

std::vector<storage::ClaimLane> ServedLanes::claimable(const std::set<std::string>& unavailable) const {
    std::vector<storage::ClaimLane> wanted;
    for (const auto& [id, lane] : lanes_) {
        if (unavailable.contains(lane.type)) continue;
        const auto queue = std::find(served_.queues.begin(), served_.queues.end(), lane.queue);
        const auto taken = taken_.find(id);
        wanted.push_back({.lane = id,
                          .rank = static_cast<int>(queue - served_.queues.begin()),
                          .after = taken == taken_.end() ? std::nullopt : std::optional{taken->second}});
    }
    return wanted;
}

}  // namespace jobhost::host
