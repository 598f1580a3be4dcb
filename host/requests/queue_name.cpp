#include "host/requests/queue_name.hpp"

#include "config/values.hpp"
#include "host/requests/bad_request.hpp"

namespace jobhost::host {

void check_queue_name(const QueueName& queue) {
    if (!config::is_name(queue.value))
        throw BadRequest{"the queue must be 1 to 100 of A-Z a-z 0-9 _ . -, is " +
                         config::in_quotes(queue.value)};
}

}  // namespace jobhost::host
