#include "host/command_line/batch_tree.hpp"

#include <gtest/gtest.h>

#include <map>
#include <sstream>
#include <stdexcept>

namespace jobhost::host {
namespace {

Batch batch(std::int64_t id, std::int64_t members, std::int64_t jobs) {
    Batch made;
    made.id = BatchId{id};
    made.members = members;
    made.unfinished = members;
    made.jobs[static_cast<std::size_t>(StateName::enqueued)] = jobs;
    return made;
}

// Knows only what lies within what.
class Nesting final : public storage::WorkflowStore {
public:
    std::map<BatchId, std::vector<Batch>> nested;

    std::vector<storage::Identified> identify(std::span<const std::int64_t>) override {
        throw std::logic_error{"nobody asks for this here"};
    }
    std::vector<Batch> within(BatchId id, std::size_t limit) override {
        std::vector<Batch> found = nested.at(id);
        if (found.size() > limit) found.resize(limit);
        return found;
    }

    std::vector<Inserted> submit(std::span<const NewBatch>, std::span<const NewJob>) override {
        return unasked();
    }
    std::vector<Inserted> submit_and_open(std::span<const NewBatch>, std::span<const NewJob>,
                                          std::span<const BatchId>) override {
        return unasked();
    }
    void open(BatchId) override { unasked(); }
    bool cancel(BatchId, const std::string&) override { return unasked().empty(); }
    std::optional<Batch> find(BatchId) override { return unasked(), std::nullopt; }
    storage::BatchPage list(std::optional<BatchState>, std::size_t, std::optional<BatchId>) override {
        return unasked(), storage::BatchPage{};
    }
    std::vector<ParentEnd> parents(JobId) override { return unasked(), std::vector<ParentEnd>{}; }
    std::vector<storage::Child> children(std::variant<JobId, BatchId>, std::size_t) override {
        return unasked(), std::vector<storage::Child>{};
    }
    std::size_t go_on(std::size_t) override { return unasked().size(); }
    std::size_t sweep(std::size_t) override { return unasked().size(); }

private:
    [[noreturn]] static std::vector<Inserted> unasked() { throw std::logic_error{"nobody should ask this"}; }
};

TEST(BatchTree, ShowsWhatLiesWithinWhat) {
    Nesting nesting;
    nesting.nested = {{BatchId{1}, {batch(2, 2, 1), batch(4, 5, 5)}}, {BatchId{2}, {batch(3, 1, 1)}}};
    nesting.nested[BatchId{1}][1].name = "last";
    nesting.nested[BatchId{1}][1].unfinished = 1;
    nesting.nested[BatchId{1}][1].unsuccessful = 2;
    const BatchTree tree = batch_tree(nesting, batch(1, 3, 1), 10);
    std::ostringstream out;
    print_within(out, tree);
    EXPECT_EQ(out.str(),
              "batches within it\n"
              "  batch 2  started, 0 of 2 ended\n"
              "    batch 3  started, 0 of 1 ended\n"
              "  batch 4  last  started, 4 of 5 ended, 2 not succeeded\n");
    const boost::json::object json = to_json(tree);
    EXPECT_EQ(json.at("batches").at(0).at("batches").at(0).at("id"), "3");
    EXPECT_EQ(json.at("batches").at(1).at("jobs").at("enqueued"), 5);
}

TEST(BatchTree, EndsWhereTooMuchLies) {
    Nesting nesting;
    nesting.nested = {{BatchId{1}, {batch(2, 1, 1), batch(3, 1, 1), batch(4, 1, 1)}}};
    const BatchTree tree = batch_tree(nesting, batch(1, 3, 0), 2);
    EXPECT_EQ(tree.within.size(), 2u);
    EXPECT_TRUE(tree.is_cut);
    std::ostringstream out;
    print_within(out, tree);
    EXPECT_TRUE(out.str().ends_with("  and more\n")) << out.str();
}

TEST(BatchTree, ProgressSaysThatABatchIsBeingCancelled) {
    Batch one = batch(1, 4, 4);
    one.cancel_requested_at = TimePoint{};
    EXPECT_EQ(progress_text(one), "started, 0 of 4 ended, being cancelled");
    one.state = BatchState::cancelled;
    one.unfinished = 0;
    EXPECT_EQ(progress_text(one), "cancelled, 4 of 4 ended");
}

}  // namespace
}  // namespace jobhost::host
