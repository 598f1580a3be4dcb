// What a job or a batch waits for, and what waits for it, with how those stand.
#pragma once

#include "storage/storage.hpp"

#include <boost/json.hpp>

#include <iosfwd>
#include <string>
#include <variant>
#include <vector>

namespace jobhost::host {

using JobOrBatch = std::variant<JobId, BatchId>;

struct Relative {
    JobOrBatch id;
    Condition on = Condition::succeeded;
    std::optional<bool> is_met;  // nothing: what is waited for has not ended
    std::string state;           // how it stands now; empty: it is not there any more
};

struct Relatives {
    std::vector<Relative> parents;
    std::vector<Relative> children;
    bool has_more_children = false;
};

// At most `most_children` of the latter.
Relatives relatives_of(storage::Storage& storage, JobOrBatch of, std::size_t most_children);

boost::json::array to_json(const std::vector<Relative>& relatives);
// A heading and a line for each; nothing if there are none.
void print_relatives(std::ostream& out, const Relatives& relatives);

}  // namespace jobhost::host
