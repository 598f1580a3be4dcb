// What is too much for one transaction goes on in the next ones, and something else may come between.
#include "tests/storage/conformance/workflow_conformance.hpp"

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class WorkflowSizeConformance : public WorkflowConformance {
protected:
    static constexpr std::size_t kMany = 2'500;  // more than a database does at once

    std::vector<NewJob> children_of(const Parent& parent) {
        NewJob like = job_after({parent});
        like.id = jobs.reserve_ids(kMany);
        std::vector<NewJob> children;
        for (; children.size() < kMany; ++like.id.value)
            children.push_back(like);
        return children;
    }
    std::vector<NewJob> members_of(BatchId batch) {
        std::vector<NewJob> members = children_of({});
        for (NewJob& member : members) {
            member.parents.clear();
            member.batch = batch;
        }
        return members;
    }
    std::int64_t many() const { return static_cast<std::int64_t>(kMany); }
};

TEST_P(WorkflowSizeConformance, ManyChildrenAreReleased) {
    const JobId parent = insert();
    submit({}, children_of(after(parent)));
    EXPECT_EQ(count_of(awaiting), many());
    succeed(parent);
    EXPECT_EQ(count_of(enqueued), many());
    EXPECT_FALSE(upkeep.recount());
    EXPECT_EQ(workflows.sweep(10'000), 0u);
}

TEST_P(WorkflowSizeConformance, ManyChildrenAreUnmet) {
    const JobId parent = insert();
    const NewBatch made = batch();
    std::vector<NewJob> members = children_of(after(parent));
    for (NewJob& member : members)
        member.batch = made.id;
    submit({made}, members);
    fail(parent);
    EXPECT_EQ(count_of(deleted), many());
    EXPECT_EQ(state_of_batch(made.id), BatchState::completed);
    EXPECT_EQ(batch_of(made.id).unsuccessful, many());
}

TEST_P(WorkflowSizeConformance, ARequeueMayComeBetween) {
    const JobId parent = insert();
    submit({}, children_of(after(parent)));
    EXPECT_EQ(settle(failure_of(run_of(parent))), Moved::yes);
    workflows.go_on(10);
    EXPECT_EQ(operations.operate({&parent, 1}, {.verb = Verb::requeue, .by = "x"}).at(0), Operated::done);
    settle_down();
    EXPECT_EQ(count_of(awaiting), many());
    EXPECT_EQ(settle(success_of(run_of(parent))), Moved::yes);
    workflows.go_on(10);
    settle_down();
    EXPECT_EQ(count_of(enqueued), many());
}

TEST_P(WorkflowSizeConformance, ALargeBatchStartsAndIsCancelled) {
    const JobId parent = insert();
    const NewBatch made = batch({after(parent)});
    submit({made}, members_of(made.id));
    succeed(parent);
    EXPECT_EQ(count_of(enqueued), many());
    EXPECT_TRUE(workflows.cancel(made.id, "somebody"));
    settle_down();
    EXPECT_EQ(count_of(deleted), many());
    EXPECT_EQ(state_of_batch(made.id), BatchState::cancelled);
}

TEST_P(WorkflowSizeConformance, ACancelMayComeBetweenTheStarts) {
    const NewBatch made = [&] {
        NewBatch staged = batch();
        staged.is_staged = true;
        return staged;
    }();
    submit({made}, members_of(made.id));
    workflows.open(made.id);
    workflows.go_on(10);
    EXPECT_TRUE(workflows.cancel(made.id, "somebody"));
    claim(5);  // what is cancelled is not handed out, whether or not it was deleted yet
    EXPECT_EQ(count_of(processing), 0);
    settle_down();
    EXPECT_EQ(count_of(deleted), many());
    EXPECT_EQ(state_of_batch(made.id), BatchState::cancelled);
    EXPECT_EQ(batch_of(made.id).unfinished, 0);
}

TEST_P(WorkflowSizeConformance, ALargeBatchIsFinishedByItsLastMember) {
    const NewBatch made = batch();
    submit({made}, members_of(made.id));
    std::size_t left = kMany;
    for (int i = 0; i < 1000 && left > 0; ++i) {
        std::vector<Settlement> ends;
        for (const ClaimedJob& run : claim(500))
            ends.push_back(success_of(run));
        left -= ends.size();
        jobs.exchange(server, ends, {});
    }
    settle_down();
    EXPECT_EQ(state_of_batch(made.id), BatchState::succeeded);
    EXPECT_EQ(batch_of(made.id).members, many());
}

TEST_P(WorkflowSizeConformance, ALongChainIsUnmetToItsEnd) {
    std::vector<NewJob> chain{job()};
    for (int i = 0; i < 300; ++i)
        chain.push_back(job_after({after(chain.back().id)}));
    submit({}, chain);
    fail(chain.front().id);
    EXPECT_EQ(count_of(deleted), 300);
    requeue(chain.front().id);
    EXPECT_EQ(count_of(awaiting), 300);
}

TEST_P(WorkflowSizeConformance, TooMuchAtOnceIsRefused) {
    NewJob like = job();
    like.id = jobs.reserve_ids(kMaxMembersAtOnce + 1);
    std::vector<NewJob> made;
    for (; made.size() < kMaxMembersAtOnce + 1; ++like.id.value)
        made.push_back(like);
    EXPECT_TRUE(is_refused([&] { workflows.submit({}, made); }));
    EXPECT_TRUE(is_refused([&] { jobs.insert(made); }));
    EXPECT_EQ(count_of(enqueued), 0);
}

INSTANTIATE_TEST_SUITE_P(Databases, WorkflowSizeConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
