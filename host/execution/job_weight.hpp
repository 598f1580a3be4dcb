// How much of memory, and of a transaction, a job takes that is to be handed in.
#pragma once

#include "storage/model/job.hpp"

#include <cstddef>

namespace jobhost::host {

// In bytes: its arguments, and all that may be long beside them.
inline std::size_t weight_of(const NewJob& job) {
    std::size_t size = job.arguments.size() + job.parents.size() * sizeof(Parent);
    for (const std::string& tag : job.tags)
        size += tag.size();
    for (const LimitUse& use : job.limits)
        size += use.limit.size() + use.key.size();
    if (job.unique) size += job.unique->key.size();
    return size;
}

}  // namespace jobhost::host
