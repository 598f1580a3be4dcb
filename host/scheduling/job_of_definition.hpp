// A job as its definition describes it.
#pragma once

#include "storage/model/definition.hpp"
#include "storage/model/job.hpp"

namespace jobhost::host {

// Without id, and without a link to the definition. Its delay counts from `now`.
inline NewJob job_of_definition(const Definition& definition, TimePoint now) {
    NewJob job;
    job.type = definition.type;
    job.queue = definition.queue;
    job.priority = definition.priority;
    job.arguments = definition.arguments;
    job.policy = definition.policy;
    if (definition.delay > Duration::zero()) job.due_at = now + definition.delay;
    return job;
}

}  // namespace jobhost::host
