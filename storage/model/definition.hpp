// A named entry in YAML: a job type with arguments, queue, policy and perhaps a schedule; or a batch of such.
#pragma once

#include "storage/model/continuation.hpp"
#include "storage/model/ids.hpp"
#include "storage/model/limit.hpp"
#include "storage/model/policy.hpp"
#include "storage/model/schedule.hpp"
#include "storage/model/uniqueness.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace jobhost {

struct Definition;

// What it waits for: whenever one of those is handed in, so is this, in the same transaction. Of several, all
// have to be handed in together.
struct After {
    std::vector<std::string> names;  // none: it waits for nothing
    Condition on = Condition::succeeded;
    friend bool operator==(const After&, const After&) = default;
};

// A file of items, by the end of its name: .csv with a head, .jsonl or .ndjson. Relative to the folder of the
// YAML file, so that it is the same on every machine.
struct ItemFile {
    std::string path;
    friend bool operator==(const ItemFile&, const ItemFile&) = default;
};

// What the members of a batch are made for, once for each. Items are JSON texts.
using ForEach = std::variant<std::monostate, std::vector<std::string>, ItemFile>;

struct BatchDefinition {
    ForEach for_each;                 // nothing: they are made once
    std::vector<Definition> members;  // jobs and batches; `after` names others beside them
    std::vector<Definition> then;     // jobs that wait for this batch to end as their `after.on` says
    friend bool operator==(const BatchDefinition&, const BatchDefinition&);
};

// Texts in `arguments`, and the keys of `unique` and `limits`, are templates; see
// storage/model/text_template.hpp.
struct Definition {
    std::string name;              // "month-end-report", unique over all sources
    std::string type;              // "report.render"
    std::string arguments = "{}";  // a JSON object
    QueueName queue{"default"};
    int priority = 0;  // -1000..1000, larger is sooner
    Duration delay{};  // from being enqueued, or being released by what it waits for, to being due
    Policy policy;
    std::optional<Schedule> schedule;  // nothing: runs only when it is enqueued by name
    std::vector<std::string> tags;
    std::optional<Duration> expires_in;  // not started so long after it was to be due: deleted
    std::optional<Unique> unique;
    std::vector<LimitUse> limits;
    After after;
    // Definitions, this one among them, that are handed in together at each instant of their common schedule,
    // because something waits for several of them. By name; the first one stands for all. Empty: it stands
    // alone. Follows from what the others say, and lies here so that a change of it is a change of each.
    std::vector<std::string> fires_with;
    std::optional<BatchDefinition> batch;  // it is one; of the rest, name, schedule and after count
    friend bool operator==(const Definition&, const Definition&) = default;
};

inline bool operator==(const BatchDefinition& a, const BatchDefinition& b) {
    return a.for_each == b.for_each && a.members == b.members && a.then == b.then;
}

}  // namespace jobhost
