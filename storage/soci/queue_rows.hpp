// Queues and their pauses.
#pragma once

#include "storage/operation_store.hpp"
#include "storage/soci/session.hpp"

#include <vector>

namespace jobhost::storage {

void pause_queue(Session& session, const QueueName& queue, const std::string& by, const std::string& reason,
                 std::optional<TimePoint> until);
// False: it was not paused.
bool resume_queue(Session& session, const QueueName& queue);
std::vector<QueueState> list_queues(Session& session);

}  // namespace jobhost::storage
