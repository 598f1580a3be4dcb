#include "storage/soci/lane_rows.hpp"

namespace jobhost::storage {

std::vector<Lane> read_lanes(Session& session, const std::optional<QueueName>& queue,
                             const std::optional<std::string>& type) {
    std::vector<Lane> lanes;
    for (auto& [id, lane_queue, lane_type, version] :
         session.rows<long long, std::string, std::string, int>("lane_list"))
        if ((!queue || queue->value == lane_queue) && (!type || *type == lane_type))
            lanes.push_back({LaneId{id}, QueueName{std::move(lane_queue)}, std::move(lane_type), version});
    return lanes;
}

}  // namespace jobhost::storage
