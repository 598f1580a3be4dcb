#include "host/execution/served_lanes.hpp"

#include "storage/storage_error.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace jobhost::host {

namespace {
constexpr BootTime kPeriod = std::chrono::seconds{1};
// While others enqueue all the time, there is news all the time.
constexpr BootTime kPeriodWithNews = std::chrono::milliseconds{50};
}  // namespace

bool Served::accepts(const std::string& type, int payload_version) const {
    const auto newest = types.find(type);
    return (newest != types.end() && newest->second == payload_version) ||
           others.contains({type, payload_version});
}

void ServedLanes::serve(Served served) {
    served_ = std::move(served);
    lanes_.clear();
    taken_.clear();
    looked_at_ = {};
    read_at_.reset();
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
            std::ranges::find(served_.queues, lane.queue, &ServedQueue::name) != served_.queues.end();
        if (is_ours) lanes_.insert_or_assign(lane.id, std::move(lane));
    }
    read_at_ = now;
    refresh_paused();
}

// Work goes on with the pauses that are known.
void ServedLanes::refresh_paused() {
    if (!read_paused_) return;
    try {
        paused_ = read_paused_();
    } catch (const storage::StorageError& error) {
        spdlog::warn("the pauses of queues cannot be read: {}", error.what());
    }
}

void ServedLanes::took(std::size_t limit, const std::vector<ClaimedJob>& claimed) {
    for (const ClaimedJob& job : claimed) {
        const QueueName& name = lanes_.at(job.lane).queue;
        const auto queue = std::ranges::find(served_.queues, name, &ServedQueue::name);
        if (queue != served_.queues.end() && queue->workers) running_.emplace(job.id, name);
    }
    if (claimed.size() < limit) taken_.clear();
    if (claimed.empty() || claimed.size() < limit) return;
    for (const ClaimedJob& job : claimed) {
        const storage::ClaimPosition position{job.order_key, job.id};
        storage::ClaimPosition& last = taken_.try_emplace(job.lane, position).first->second;
        last = std::max(last, position);
    }
}

void ServedLanes::ended(std::span<const storage::Settlement> settlements) {
    if (running_.empty()) return;
    for (const storage::Settlement& settlement : settlements)
        running_.erase(settlement.job);
}

// Queues without caps that follow each other are asked together, so that a claim stays one statement where
// there are none.
storage::ClaimRequest ServedLanes::request(const std::set<TypeVersion>& unavailable, std::size_t limit) {
    storage::ClaimRequest request{.limit = limit};
    std::vector<storage::ClaimLane>* open = &request.lanes;
    int rank = 0;
    for (const ServedQueue* queue : queues_in_turn()) {
        std::vector<storage::ClaimLane> lanes = lanes_of(queue->name, rank++, unavailable);
        if (queue->workers) {
            request.more.push_back({std::move(lanes), std::min(limit, room_in(*queue))});
            open = nullptr;
            continue;
        }
        if (open == nullptr) open = &request.more.emplace_back(storage::ClaimRequest::Part{{}, limit}).lanes;
        open->insert(open->end(), lanes.begin(), lanes.end());
    }
    return request;
}

// With weights: Efraimidis and Spirakis, "Weighted random sampling with a reservoir" (2006), where the order
// of random^(1/weight) is that of drawing one after the other.
std::vector<const ServedQueue*> ServedLanes::queues_in_turn() {
    std::vector<const ServedQueue*> queues;
    for (const ServedQueue& queue : served_.queues)
        if (!paused_.contains(queue.name)) queues.push_back(&queue);
    if (std::ranges::none_of(served_.queues,
                             [](const ServedQueue& queue) { return queue.weight.has_value(); }))
        return queues;
    std::exponential_distribution<double> draw;
    std::map<const ServedQueue*, double> turns;
    for (const ServedQueue* queue : queues)
        turns[queue] = draw(random_) / queue->weight.value_or(1);
    std::ranges::sort(queues, {}, [&](const ServedQueue* queue) { return turns.at(queue); });
    return queues;
}

std::vector<storage::ClaimLane> ServedLanes::lanes_of(const QueueName& queue, int rank,
                                                      const std::set<TypeVersion>& unavailable) const {
    std::vector<storage::ClaimLane> wanted;
    for (const auto& [id, lane] : lanes_) {
        if (lane.queue != queue || unavailable.contains({lane.type, lane.payload_version})) continue;
        const auto taken = taken_.find(id);
        wanted.push_back({.lane = id,
                          .rank = rank,
                          .after = taken == taken_.end() ? std::nullopt : std::optional{taken->second}});
    }
    return wanted;
}

std::size_t ServedLanes::room_in(const ServedQueue& queue) const {
    const auto cap = static_cast<std::size_t>(*queue.workers);
    const auto running = static_cast<std::size_t>(
        std::ranges::count_if(running_, [&](const auto& entry) { return entry.second == queue.name; }));
    return running < cap ? cap - running : 0;
}

}  // namespace jobhost::host
