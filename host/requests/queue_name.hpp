// The names of queues that people and jobs give.
#pragma once

#include "storage/model/job.hpp"

namespace jobhost::host {

// Throws BadRequest for what no host could serve.
void check_queue_name(const QueueName& queue);

}  // namespace jobhost::host
