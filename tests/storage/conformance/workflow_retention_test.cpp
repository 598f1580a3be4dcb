// What hangs on a job or a batch keeps it.
#include "tests/storage/conformance/workflow_conformance.hpp"

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class WorkflowRetentionConformance : public WorkflowConformance {
protected:
    // It is not kept for any time.
    NewJob brief(std::vector<Parent> parents = {}) {
        NewJob made = job_after(std::move(parents));
        made.policy.retention = {0s, 0s, 0s, {}};
        return made;
    }
    void purge() {
        PurgePosition position;
        for (int i = 0; i < 100; ++i)
            if (upkeep.purge(position, 10).is_done) return;
        ADD_FAILURE() << "the purge does not end";
    }
    bool exists(JobId id) { return queries.find(id).has_value(); }
    bool exists(BatchId id) { return workflows.find(id).has_value(); }
};

TEST_P(WorkflowRetentionConformance, AParentIsKeptForAChildThatWaits) {
    const JobId parent = insert(brief());
    const JobId other = insert();
    const JobId child = insert(brief({after(parent), after(other)}));
    succeed(parent, "1");
    purge();
    EXPECT_TRUE(exists(parent));
    succeed(other);
    purge();
    EXPECT_FALSE(exists(parent));
    EXPECT_EQ(run_of(child).parents.at(0).result, "1");
    EXPECT_EQ(workflows.children(parent, 10).size(), 1u);
    succeed(child);
    purge();
    EXPECT_FALSE(exists(child));
}

TEST_P(WorkflowRetentionConformance, AParentIsKeptForABatchThatWaits) {
    const JobId parent = insert(brief());
    const JobId other = insert();
    std::vector<JobId> members;
    submit_batch(1, members, batch({after(parent), after(other)}));
    succeed(parent);
    purge();
    EXPECT_TRUE(exists(parent));
    succeed(other);
    purge();
    EXPECT_FALSE(exists(parent));
}

TEST_P(WorkflowRetentionConformance, AMemberOfAnOpenBatchIsKept) {
    const NewBatch made = batch();
    NewJob first = brief();
    NewJob second = brief();
    first.batch = second.batch = made.id;
    submit({made}, {first, second});
    fail(first.id);
    purge();
    EXPECT_TRUE(exists(first.id));
    succeed(second.id);
    purge();
    EXPECT_FALSE(exists(first.id));
    EXPECT_FALSE(exists(second.id));
    const Batch found = batch_of(made.id);
    EXPECT_EQ(found.state, BatchState::completed);
    EXPECT_EQ(found.members, 2);
    EXPECT_EQ(found.unsuccessful, 1);
    EXPECT_EQ(found.jobs, (decltype(found.jobs){}));

    const NewJob more = job_in_batch(made.id);
    submit({}, {more});
    EXPECT_EQ(batch_of(made.id).members, 3);
    EXPECT_EQ(batch_of(made.id).unfinished, 1);
    succeed(more.id);
    EXPECT_EQ(state_of_batch(made.id), BatchState::completed);
}

TEST_P(WorkflowRetentionConformance, WhatAParentMayStillRestoreIsKept) {
    const JobId parent = insert();
    const JobId child = insert(brief({after(parent)}));
    const JobId grandchild = insert(brief({after(child)}));
    fail(parent);
    purge();
    EXPECT_TRUE(exists(child));
    EXPECT_TRUE(exists(grandchild));
    clock.advance(std::chrono::days{31});
    purge();
    purge();
    purge();
    EXPECT_FALSE(exists(parent));
    EXPECT_FALSE(exists(child));
    EXPECT_FALSE(exists(grandchild));
}

TEST_P(WorkflowRetentionConformance, WhatABatchMayStillRestoreIsKept) {
    const NewBatch made = batch();
    const NewJob member = job_in_batch(made.id);
    const NewJob child = brief({after(made.id)});
    submit({made}, {member, child});
    fail(member.id);
    ASSERT_EQ(reason_of(child.id), Reason::unmet);
    purge();
    EXPECT_TRUE(exists(child.id));
    clock.advance(std::chrono::days{31});
    purge();
    purge();
    purge();
    EXPECT_FALSE(exists(made.id));
    EXPECT_FALSE(exists(child.id));
}

TEST_P(WorkflowRetentionConformance, TheJobOfAWindowIsKept) {
    NewJob made = brief();
    made.unique = Unique{.key = "k", .held = HeldWhile::window, .window = 1h};
    insert(made);
    succeed(made.id);
    purge();
    EXPECT_TRUE(exists(made.id));
    clock.advance(1h);
    purge();
    EXPECT_FALSE(exists(made.id));
}

TEST_P(WorkflowRetentionConformance, WhatARunHasHandedInIsKeptUntilItEnds) {
    const ClaimedJob run = run_of(insert());
    NewJob made = brief();
    made.creator = run.id;
    insert(made);
    succeed(made.id);
    purge();
    EXPECT_TRUE(exists(made.id));
    finish(success_of(run));
    purge();
    EXPECT_FALSE(exists(made.id));
}

TEST_P(WorkflowRetentionConformance, ABatchGoesSevenDaysAfterItsEndWhenItIsEmpty) {
    const NewBatch outer = batch();
    NewBatch inner = batch();
    inner.within = outer.id;
    NewJob member = brief();
    member.batch = inner.id;
    NewJob kept = job_in_batch(outer.id);
    kept.policy.retention.failed = std::chrono::days{10};
    submit({outer, inner}, {member, kept});
    succeed(member.id);
    clock.advance(std::chrono::days{8});
    purge();
    EXPECT_TRUE(exists(inner.id));
    fail(kept.id);
    purge();
    EXPECT_FALSE(exists(member.id));
    EXPECT_FALSE(exists(inner.id));
    clock.advance(std::chrono::days{7});
    purge();
    EXPECT_TRUE(exists(outer.id));
    EXPECT_EQ(batch_of(outer.id).members, 2);
    clock.advance(std::chrono::days{3});
    purge();
    EXPECT_FALSE(exists(kept.id));
    EXPECT_FALSE(exists(outer.id));
}

TEST_P(WorkflowRetentionConformance, ABatchIsKeptForAChildThatWaits) {
    const NewBatch made = batch();
    NewJob member = brief();
    member.batch = made.id;
    submit({made}, {member});
    NewJob other = job();
    other.due_at = clock.now() + std::chrono::days{8};
    insert(other);
    const JobId child = insert(job_after({after(made.id), after(other.id)}));
    succeed(member.id);
    clock.advance(std::chrono::days{8});
    purge();
    EXPECT_TRUE(exists(made.id));
    jobs.promote_due(1);
    succeed(other.id);
    EXPECT_EQ(state_of(child), enqueued);
    purge();
    EXPECT_FALSE(exists(made.id));
}

TEST_P(WorkflowRetentionConformance, TagsAndLimitsGoWithTheirJob) {
    limits.set(std::vector{Limit{.name = "m"}});
    NewJob made = brief();
    made.tags = {"red"};
    made.limits = {{"m", ""}};
    insert(made);
    succeed(made.id);
    purge();
    JobFilter filter;
    filter.tag = "red";
    EXPECT_TRUE(listed(filter).empty());
    EXPECT_TRUE(limits.remove("m"));
}

TEST_P(WorkflowRetentionConformance, AChildThatIsGoneHindersNobody) {
    const JobId parent = insert();
    const JobId gone = insert(brief({after(parent)}));
    const JobId other = insert_after(parent);
    operate(gone, Verb::remove);
    purge();
    ASSERT_FALSE(exists(gone));
    succeed(parent);
    EXPECT_EQ(state_of(other), enqueued);
    EXPECT_EQ(workflows.sweep(10), 0u);
}

TEST_P(WorkflowRetentionConformance, AStagedBatchThatNobodyOpensIsCancelled) {
    NewBatch made = batch();
    made.is_staged = true;
    submit({made}, {});
    const JobId member = insert(job_in_batch(made.id));
    clock.advance(std::chrono::days{1} - 1s);
    purge();
    settle_down();
    EXPECT_EQ(state_of(member), awaiting);
    clock.advance(2s);
    purge();
    settle_down();
    EXPECT_EQ(reason_of(member), Reason::cancelled);
    EXPECT_EQ(state_of_batch(made.id), BatchState::cancelled);
}

TEST_P(WorkflowRetentionConformance, BatchesGoWithAllThatLieInThem) {
    const NewBatch outer = batch();
    NewBatch inner = batch();
    inner.within = outer.id;
    NewJob member = brief();
    member.batch = inner.id;
    submit({outer, inner}, {member});
    succeed(member.id);
    clock.advance(std::chrono::days{8});
    purge();
    EXPECT_FALSE(exists(inner.id));
    EXPECT_FALSE(exists(outer.id));
}

TEST_P(WorkflowRetentionConformance, AllThatNobodyOpenedAreGivenUp) {
    std::vector<BatchId> ids;
    for (int i = 0; i < 25; ++i) {
        NewBatch made = batch();
        made.is_staged = true;
        submit({made}, {job_in_batch(made.id)});
        ids.push_back(made.id);
    }
    clock.advance(std::chrono::days{2});
    purge();
    settle_down();
    for (const BatchId id : ids)
        EXPECT_EQ(state_of_batch(id), BatchState::cancelled);
}

INSTANTIATE_TEST_SUITE_P(Databases, WorkflowRetentionConformance, testing::ValuesIn(all_backends()),
                         backend_name);

}  // namespace
}  // namespace jobhost::storage
