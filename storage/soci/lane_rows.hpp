// The rows of `lane`: a small table that only grows.
#pragma once

#include "storage/model/job.hpp"
#include "storage/soci/session.hpp"

#include <optional>
#include <string>
#include <vector>

namespace jobhost::storage {

// Those of this queue and this type, by id; nothing stands for any.
std::vector<Lane> read_lanes(Session& session, const std::optional<QueueName>& queue = std::nullopt,
                             const std::optional<std::string>& type = std::nullopt);

}  // namespace jobhost::storage
