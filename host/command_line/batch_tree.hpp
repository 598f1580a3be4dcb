// A batch with the batches within it.
#pragma once

#include "storage/workflow_store.hpp"

#include <boost/json.hpp>

#include <iosfwd>
#include <string>
#include <vector>

namespace jobhost::host {

struct BatchTree {
    Batch batch;
    std::vector<BatchTree> within;
    bool is_cut = false;  // there is more within it than was asked for
};

// At most `most` batches below the root, which is given.
BatchTree batch_tree(storage::WorkflowStore& workflows, Batch root, std::size_t most);

boost::json::object to_json(const BatchTree& tree);
// What lies below the root, a line for each, further to the right the deeper it lies.
void print_within(std::ostream& out, const BatchTree& tree);

// "started, 5 of 12 ended, 1 not succeeded".
std::string progress_text(const Batch& batch);

}  // namespace jobhost::host
