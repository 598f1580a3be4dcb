// Jobs that a run hands in, as they stand in its JSON.
#pragma once

#include "storage/model/batch.hpp"
#include "storage/model/job.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace jobhost::host {

// What is asked for makes no sense. The text is a sentence for the job's author, and holds no arguments.
class BadOrder : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// Without ids, payload versions, and whatever a definition says.
struct HandedInJob {
    NewJob job;  // `parents`: what was there before; still to be told apart as jobs and batches
    std::vector<std::size_t> after_members;  // positions of other jobs that it waits for
    Condition on = Condition::succeeded;     // of all that it waits for
    bool is_member = false;                  // of the batch that comes with it
    bool follows_batch = false;              // waits for that batch
    std::vector<std::int64_t> after;         // ids of jobs or batches
    // What the order says; where it says nothing, the job's definition does, if it has one.
    std::optional<std::string> arguments;
    std::optional<std::string> queue;
    std::optional<int> priority;
};

struct HandedIn {
    std::optional<std::string> batch_name;  // nothing: no batch
    std::vector<HandedInJob> jobs;          // of a batch: its members, then those that follow it
};

// Reads one job, an array of them, or {"batch": {"name": ..., "jobs": [...], "then": [...]}}. Times count
// from `now`. `text` may hold anything at all. Throws BadOrder.
HandedIn read_handed_in(std::string_view text, TimePoint now);

}  // namespace jobhost::host
