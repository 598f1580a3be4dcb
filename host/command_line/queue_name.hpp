// The names of queues that people give.
#pragma once

#include "storage/model/job.hpp"

namespace jobhost::host {

// Throws CommandError for what no host could serve.
void check_queue_name(const QueueName& queue);

}  // namespace jobhost::host
