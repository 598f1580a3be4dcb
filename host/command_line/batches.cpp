#include "host/command_line/batch_tree.hpp"
#include "host/command_line/found.hpp"
#include "host/command_line/job_json.hpp"
#include "host/command_line/open_text.hpp"
#include "host/command_line/opened.hpp"
#include "host/command_line/relatives.hpp"
#include "host/command_line/text.hpp"
#include "host/command_line/who.hpp"
#include "host/observe/printable.hpp"

#include <algorithm>
#include <iostream>
#include <utility>

namespace jobhost::host {

namespace {

constexpr std::size_t kPage = 100;        // batches in memory at the same time
constexpr std::size_t kMostShown = 1000;  // children and nested batches, to a program
constexpr std::size_t kFewShown = 20;     // and to a person

std::string counts_text(const storage::StateCounts& counts) {
    std::string text;
    for (std::size_t i = 0; i < counts.size(); ++i)
        if (counts[i] > 0)
            text +=
                (text.empty() ? "" : ", ") + std::to_string(counts[i]) + " " + std::string{kStateNames[i]};
    return text.empty() ? "none" : text;
}

// Calls `each` with every page of batches, up to `limit` of them in all.
template <class Each>
void for_each_page(storage::WorkflowStore& workflows, const BatchListOptions& options, Each each) {
    std::size_t left = options.limit;
    std::optional<BatchId> from;
    while (left > 0 && std::cout) {
        const storage::BatchPage page = workflows.list(options.state, std::min(left, kPage), from);
        left -= std::min(left, page.batches.size());
        if (!page.batches.empty()) each(page.batches);
        if (!page.next) break;
        from = page.next;
    }
}

void list_as_json(storage::WorkflowStore& workflows, const BatchListOptions& options) {
    const char* before = "[";
    for_each_page(workflows, options, [&](const std::vector<Batch>& batches) {
        for (const Batch& batch : batches)
            std::cout << std::exchange(before, ",") << to_json(batch);
    });
    std::cout << (*before == '[' ? "[]\n" : "]\n");
}

void list_as_table(storage::WorkflowStore& workflows, const BatchListOptions& options) {
    std::vector<std::vector<std::string>> rows{
        {"ID", "NAME", "STATE", "ENDED", "OF", "NOT SUCCEEDED", "CREATED (UTC)", "FINISHED (UTC)"}};
    std::vector<std::size_t> widths;
    for_each_page(workflows, options, [&](const std::vector<Batch>& batches) {
        for (const Batch& batch : batches)
            rows.push_back({std::to_string(batch.id.value), batch.name.empty() ? "-" : printable(batch.name),
                            std::string{to_string(batch.state)},
                            std::to_string(batch.members - batch.unfinished), std::to_string(batch.members),
                            std::to_string(batch.unsuccessful), short_text(batch.created_at),
                            batch.finished_at ? short_text(*batch.finished_at) : "-"});
        print_rows(std::cout, rows, widths);
        rows.clear();
    });
    if (!rows.empty()) std::cout << "no such batches\n";
}

// The first of its jobs.
void print_members(storage::JobQueries& queries, BatchId id) {
    storage::JobFilter filter;
    filter.batch = id;
    const storage::JobPage page = queries.list(filter, kFewShown, "");
    if (page.jobs.empty()) return;
    std::cout << "jobs\n";
    std::vector<std::vector<std::string>> rows;
    for (const Job& job : page.jobs)
        rows.push_back({"  " + std::to_string(job.id.value), job.type, state_text(job)});
    print_table(std::cout, rows);
    if (page.next) std::cout << "  all of them: jobhost jobs list --batch " << id.value << '\n';
}

void print_batch(const Batch& batch) {
    std::cout << "batch " << batch.id.value << "  "
              << (batch.name.empty() ? "" : printable(batch.name) + "  ") << progress_text(batch) << '\n';
    std::vector<std::vector<std::string>> rows{{"  jobs", counts_text(batch.jobs)}};
    if (batch.within) rows.push_back({"  within", "batch " + std::to_string(batch.within->value)});
    rows.push_back({"  created", short_text(batch.created_at) + " UTC"});
    if (batch.cancel_requested_at)
        rows.push_back({"  cancelled", short_text(*batch.cancel_requested_at) + " UTC"});
    if (batch.finished_at) rows.push_back({"  finished", short_text(*batch.finished_at) + " UTC"});
    print_table(std::cout, rows);
}

}  // namespace

int batch_list(const GlobalOptions& global, const BatchListOptions& options) {
    const auto opened = open(global);
    if (global.json)
        list_as_json(opened->storage->workflows(), options);
    else
        list_as_table(opened->storage->workflows(), options);
    return kDone;
}

int batch_show(const GlobalOptions& global, BatchId id) {
    const auto opened = open(global);
    storage::Storage& storage = *opened->storage;
    const std::size_t most = global.json ? kMostShown : kFewShown;
    const BatchTree tree = batch_tree(storage.workflows(), find_batch(storage.workflows(), id), most);
    const Relatives relatives = relatives_of(storage, id, most);
    if (global.json) {
        boost::json::object shown = to_json(tree);
        shown["parents"] = to_json(relatives.parents);
        shown["children"] = to_json(relatives.children);
        std::cout << shown << '\n';
        return kDone;
    }
    print_batch(tree.batch);
    print_relatives(std::cout, relatives);
    print_within(std::cout, tree);
    print_members(storage.queries(), id);
    return kDone;
}

int batch_cancel(const GlobalOptions& global, BatchId id) {
    const auto opened = open(global);
    storage::WorkflowStore& workflows = opened->storage->workflows();
    find_batch(workflows, id);
    if (!workflows.cancel(id, who()))
        throw CommandError{kFailed, "batch " + std::to_string(id.value) + " has ended already as " +
                                        std::string{to_string(find_batch(workflows, id).state)}};
    std::cout << "none of batch " << id.value << " starts any more; what runs was asked to stop\n";
    return kDone;
}

int batch_open(const GlobalOptions& global, BatchId id) {
    const auto opened = open(global);
    storage::WorkflowStore& workflows = opened->storage->workflows();
    const Batch before = find_batch(workflows, id);
    if (const std::string why = not_open_text(before); !why.empty()) throw CommandError{kFailed, why};
    workflows.open(id);
    std::cout << open_text(before, find_batch(workflows, id), workflows.within(id, kMostShown));
    return kDone;
}

}  // namespace jobhost::host
