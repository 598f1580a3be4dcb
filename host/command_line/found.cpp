#include "host/command_line/found.hpp"

#include "host/command_line/opened.hpp"

namespace jobhost::host {

Job find_job(storage::JobQueries& queries, JobId id) {
    auto job = queries.find(id);
    if (!job)
        throw CommandError{kFailed, "there is no job " + std::to_string(id.value) +
                                        " (finished jobs are removed when their retention is over)"};
    return std::move(*job);
}

Batch find_batch(storage::WorkflowStore& workflows, BatchId id) {
    auto batch = workflows.find(id);
    if (!batch)
        throw CommandError{kFailed, "there is no batch " + std::to_string(id.value) +
                                        " (finished ones are removed when their retention is over)"};
    return std::move(*batch);
}

}  // namespace jobhost::host
