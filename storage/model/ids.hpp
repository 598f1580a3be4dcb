// Identities. Distinct types, so that a JobId can never be passed where a ServerId is meant.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace jobhost {

template <class Tag, class Value>
struct Id {
    Value value{};
    friend auto operator<=>(const Id&, const Id&) = default;
};

using JobId = Id<struct JobTag, std::int64_t>;
// Jobs and batches are numbered together: a number names one of either, never both.
using BatchId = Id<struct BatchTag, std::int64_t>;
using LaneId = Id<struct LaneTag, std::int64_t>;              // see storage/model/job.hpp, Lane
using PolicyId = Id<struct PolicyTag, std::int64_t>;          // see storage/model/policy.hpp
using ServerId = Id<struct ServerTag, std::int64_t>;          // one incarnation of a running host
using DefinitionId = Id<struct DefinitionTag, std::int64_t>;  // a named entry in YAML
using CommandId = Id<struct CommandTag, std::int64_t>;        // what a person asked for

// Raised by each claim of a job and never lowered: whoever holds the highest one holds the run. A job may use
// it as a fencing token towards the outside.
using Lease = Id<struct LeaseTag, std::int64_t>;

using QueueName = Id<struct QueueTag, std::string>;

}  // namespace jobhost
