#include "host/execution/served_lanes.hpp"

#include <algorithm>

namespace jobhost::host {

namespace {
constexpr BootTime kPeriod = std::chrono::seconds{1};
}  // namespace

void ServedLanes::refresh(bool is_news) {
    const BootTime now = clock_.now();
    if (!is_news && read_at_ && now - *read_at_ < kPeriod) return;
    for (Lane& lane : jobs_.lanes()) {
        const auto type = served_.types.find(lane.type);
        const bool is_ours =
            type != served_.types.end() && type->second == lane.payload_version &&
            std::find(served_.queues.begin(), served_.queues.end(), lane.queue) != served_.queues.end();
        if (is_ours) lanes_.insert_or_assign(lane.id, std::move(lane));
    }
    read_at_ = now;
}

std::vector<storage::ClaimLane> ServedLanes::claimable(const std::set<std::string>& unavailable) const {
    std::vector<storage::ClaimLane> wanted;
    for (const auto& [id, lane] : lanes_) {
        if (unavailable.contains(lane.type)) continue;
        const auto queue = std::find(served_.queues.begin(), served_.queues.end(), lane.queue);
        wanted.push_back({id, static_cast<int>(queue - served_.queues.begin())});
    }
    return wanted;
}

}  // namespace jobhost::host
