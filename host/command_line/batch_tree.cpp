#include "host/command_line/batch_tree.hpp"

#include "host/command_line/job_json.hpp"
#include "host/observe/printable.hpp"

#include <numeric>
#include <ostream>

namespace jobhost::host {

namespace {

// `left`: how many more there may be.
BatchTree grow(storage::WorkflowStore& workflows, Batch root, std::size_t& left) {
    BatchTree tree{std::move(root), {}, false};
    // Only jobs are in it.
    const auto jobs =
        static_cast<std::int64_t>(std::accumulate(tree.batch.jobs.begin(), tree.batch.jobs.end(), 0ll));
    if (jobs == tree.batch.members) return tree;
    std::vector<Batch> within = workflows.within(tree.batch.id, left + 1);
    tree.is_cut = within.size() > left;
    if (tree.is_cut) within.resize(left);
    left -= within.size();
    for (Batch& batch : within)
        tree.within.push_back(grow(workflows, std::move(batch), left));
    return tree;
}

void print(std::ostream& out, const BatchTree& tree, std::size_t indent) {
    for (const BatchTree& child : tree.within) {
        out << std::string(indent, ' ') << "batch " << child.batch.id.value << "  "
            << (child.batch.name.empty() ? "" : printable(child.batch.name) + "  ")
            << progress_text(child.batch) << '\n';
        print(out, child, indent + 2);
    }
    if (tree.is_cut) out << std::string(indent, ' ') << "and more\n";
}

}  // namespace

BatchTree batch_tree(storage::WorkflowStore& workflows, Batch root, std::size_t most) {
    return grow(workflows, std::move(root), most);
}

boost::json::object to_json(const BatchTree& tree) {
    boost::json::object object = to_json(tree.batch);
    boost::json::array within;
    for (const BatchTree& child : tree.within)
        within.push_back(to_json(child));
    object["batches"] = std::move(within);
    object["has_more_batches"] = tree.is_cut;
    return object;
}

void print_within(std::ostream& out, const BatchTree& tree) {
    if (tree.within.empty()) return;
    out << "batches within it\n";
    print(out, tree, 2);
}

std::string progress_text(const Batch& batch) {
    std::string text{to_string(batch.state)};
    text += ", " + std::to_string(batch.members - batch.unfinished) + " of " + std::to_string(batch.members) +
            " ended";
    if (batch.unsuccessful > 0) text += ", " + std::to_string(batch.unsuccessful) + " not succeeded";
    if (batch.cancel_requested_at && !is_final(batch.state)) text += ", being cancelled";
    return text;
}

}  // namespace jobhost::host
