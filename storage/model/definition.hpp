// A named entry in YAML: a job type with arguments, queue, policy and perhaps a schedule.
#pragma once

#include "storage/model/ids.hpp"
#include "storage/model/policy.hpp"
#include "storage/model/schedule.hpp"

#include <optional>
#include <string>

namespace jobhost {

struct Definition {
    std::string name;              // "month-end-report", unique over all sources
    std::string type;              // "report.render"
    std::string arguments = "{}";  // a JSON object
    QueueName queue{"default"};
    int priority = 0;  // -1000..1000, larger is sooner
    Duration delay{};  // how long after being enqueued it becomes due; none: at once
    Policy policy;
    std::optional<Schedule> schedule;  // nothing: runs only when it is enqueued by name
    friend bool operator==(const Definition&, const Definition&) = default;
};

}  // namespace jobhost
