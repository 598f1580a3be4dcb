// When a batch starts: what it awaits, the batch around it, members that are handed in bit by bit, and later.
#include "tests/storage/conformance/workflow_conformance.hpp"

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class BatchStartConformance : public WorkflowConformance {
protected:
    NewBatch staged() {
        NewBatch made = batch();
        made.is_staged = true;
        return made;
    }
    NewBatch batch_within(BatchId around) {
        NewBatch made = batch();
        made.within = around;
        return made;
    }
};

TEST_P(BatchStartConformance, ABatchThatAwaitsAJobHoldsItsMembersBack) {
    const JobId parent = insert();
    const NewBatch made = batch({after(parent)});
    NewJob later = job_in_batch(made.id);
    later.due_at = clock.now() + 1h;
    const NewJob member = job_in_batch(made.id);
    submit({made}, {member, later});
    EXPECT_EQ(state_of_batch(made.id), BatchState::awaiting);
    EXPECT_EQ(reason_of(member.id), Reason::batch);
    EXPECT_EQ(state_of(later.id), awaiting);
    ASSERT_EQ(batch_of(made.id).parents.size(), 1u);
    EXPECT_EQ(batch_of(made.id).parents[0].is_met, std::nullopt);
    succeed(parent, "7");
    EXPECT_EQ(state_of_batch(made.id), BatchState::started);
    EXPECT_EQ(state_of(member.id), enqueued);
    EXPECT_EQ(state_of(later.id), scheduled);
    EXPECT_EQ(batch_of(made.id).parents[0].is_met, true);
    EXPECT_EQ(batch_of(made.id).parents[0].result, "7");
}

TEST_P(BatchStartConformance, AMemberWithParentsWaitsForBoth) {
    const JobId parent = insert();
    const JobId other = insert();
    const NewBatch made = batch({after(parent)});
    const NewJob member = job_in_batch(made.id, {after(other)});
    submit({made}, {member});
    EXPECT_EQ(reason_of(member.id), Reason::parents);
    succeed(other);
    EXPECT_EQ(state_of(member.id), awaiting);
    succeed(parent);
    EXPECT_EQ(state_of(member.id), enqueued);
}

TEST_P(BatchStartConformance, DelayCountsFromTheStartOfTheBatch) {
    const JobId parent = insert();
    const NewBatch made = batch({after(parent)});
    NewJob member = job_in_batch(made.id);
    member.delay = 5s;
    submit({made}, {member});
    clock.advance(1min);
    succeed(parent);
    EXPECT_EQ(due_of(member.id), clock.now() + 5s);
}

TEST_P(BatchStartConformance, AnUnmetParentCancelsIt) {
    const JobId parent = insert();
    const NewBatch made = batch({after(parent)});
    const NewBatch inner = batch_within(made.id);
    const NewJob member = job_in_batch(made.id);
    const NewJob inmost = job_in_batch(inner.id);
    submit({made, inner}, {member, inmost});
    const JobId cleanup = insert_after(made.id, Condition::deleted);
    fail(parent);
    EXPECT_EQ(state_of_batch(made.id), BatchState::cancelled);
    EXPECT_EQ(state_of_batch(inner.id), BatchState::cancelled);
    EXPECT_EQ(batch_of(made.id).cancel_requested_at, clock.now());
    EXPECT_EQ(reason_of(member.id), Reason::unmet);
    EXPECT_EQ(reason_of(inmost.id), Reason::unmet);
    EXPECT_EQ(state_of(cleanup), enqueued);
}

TEST_P(BatchStartConformance, TheFourConditionsOfABatchBeforeAJob) {
    for (const Condition on :
         {Condition::succeeded, Condition::failed, Condition::finished, Condition::deleted})
        for (const BatchState how : {BatchState::succeeded, BatchState::completed, BatchState::cancelled}) {
            std::vector<JobId> members;
            const BatchId id = submit_batch(1, members);
            const JobId child = insert_after(id, on);
            if (how == BatchState::cancelled) workflows.cancel(id, "somebody");
            settle_down();
            if (how != BatchState::cancelled)
                end(members[0], how == BatchState::succeeded ? succeeded : failed);
            ASSERT_EQ(state_of_batch(id), how);
            const bool is_met = on == Condition::finished ||
                                (on == Condition::succeeded && how == BatchState::succeeded) ||
                                (on == Condition::failed && how == BatchState::completed) ||
                                (on == Condition::deleted && how == BatchState::cancelled);
            EXPECT_EQ(state_of(child), is_met ? enqueued : deleted) << to_string(on) << " " << to_string(how);
            const JobId late = insert_after(id, on);
            settle_down();
            EXPECT_EQ(state_of(late), is_met ? enqueued : deleted) << to_string(on) << " " << to_string(how);
        }
}

TEST_P(BatchStartConformance, ABatchAfterABatch) {
    std::vector<JobId> members;
    const BatchId first = submit_batch(1, members);
    const BatchId second = submit_batch(1, members, batch({after(first)}));
    const BatchId alarm = submit_batch(1, members, batch({after(first, Condition::failed)}));
    EXPECT_EQ(state_of_batch(second), BatchState::awaiting);
    succeed(members[0]);
    EXPECT_EQ(state_of_batch(second), BatchState::started);
    EXPECT_EQ(state_of_batch(alarm), BatchState::cancelled);
    EXPECT_EQ(state_of(members[1]), enqueued);
}

TEST_P(BatchStartConformance, ANestedBatchStartsWithTheOneAroundIt) {
    const JobId parent = insert();
    const NewBatch outer = batch({after(parent)});
    const NewBatch inner = batch_within(outer.id);
    const NewBatch waiting = [&] {
        NewBatch made = batch_within(outer.id);
        made.parents = {after(inner.id)};
        return made;
    }();
    const NewJob first = job_in_batch(inner.id);
    const NewJob second = job_in_batch(waiting.id);
    submit({waiting, inner, outer}, {second, first});
    EXPECT_EQ(state_of_batch(inner.id), BatchState::awaiting);
    succeed(parent);
    EXPECT_EQ(state_of_batch(inner.id), BatchState::started);
    EXPECT_EQ(state_of_batch(waiting.id), BatchState::awaiting);
    EXPECT_EQ(batch_of(outer.id).members, 2);
    EXPECT_EQ(batch_of(outer.id).unfinished, 2);
    succeed(first.id);
    EXPECT_EQ(batch_of(outer.id).unfinished, 1);
    fail(second.id);
    EXPECT_EQ(state_of_batch(outer.id), BatchState::completed);
    EXPECT_EQ(batch_of(outer.id).unsuccessful, 1);
    const std::vector<Batch> within = workflows.within(outer.id, 10);
    ASSERT_EQ(within.size(), 2u);
    EXPECT_EQ(within[0].id, inner.id);
    EXPECT_EQ(within[1].within, outer.id);
    EXPECT_EQ(workflows.within(outer.id, 1).size(), 1u);
}

TEST_P(BatchStartConformance, ANestedBatchHasALargerNumber) {
    NewBatch inner = batch();
    const NewBatch outer = batch();
    inner.within = outer.id;
    EXPECT_TRUE(is_refused([&] {
        workflows.submit(std::vector{outer, inner}, std::vector{job_in_batch(inner.id)});
    }));
}

TEST_P(BatchStartConformance, AStagedBatchHoldsItsMembersUntilItIsOpened) {
    const NewBatch made = staged();
    submit({made}, {});
    EXPECT_EQ(state_of_batch(made.id), BatchState::creating);
    std::vector<JobId> members;
    for (int i = 0; i < 3; ++i)
        members.push_back(insert(job_in_batch(made.id)));
    EXPECT_EQ(reason_of(members[0]), Reason::batch);
    EXPECT_FALSE(can_run(members[0]));
    workflows.open(made.id);
    settle_down();
    EXPECT_EQ(state_of_batch(made.id), BatchState::started);
    for (const JobId id : members)
        EXPECT_EQ(state_of(id), enqueued);
    workflows.open(made.id);
    for (const JobId id : members)
        succeed(id);
    EXPECT_EQ(state_of_batch(made.id), BatchState::succeeded);
    workflows.open(made.id);
    EXPECT_EQ(state_of_batch(made.id), BatchState::succeeded);
}

TEST_P(BatchStartConformance, AnOpenedBatchWaitsForItsParents) {
    const JobId parent = insert();
    NewBatch made = staged();
    made.parents = {after(parent)};
    const NewJob member = job_in_batch(made.id);
    submit({made}, {member});
    workflows.open(made.id);
    settle_down();
    EXPECT_EQ(state_of_batch(made.id), BatchState::awaiting);
    succeed(parent);
    EXPECT_EQ(state_of(member.id), enqueued);
}

TEST_P(BatchStartConformance, AParentThatEndedBeforeTheOpeningCounts) {
    const JobId parent = insert();
    NewBatch made = staged();
    made.parents = {after(parent)};
    const NewJob member = job_in_batch(made.id);
    submit({made}, {member});
    succeed(parent);
    EXPECT_EQ(state_of_batch(made.id), BatchState::creating);
    workflows.open(made.id);
    settle_down();
    EXPECT_EQ(state_of(member.id), enqueued);
}

TEST_P(BatchStartConformance, OnlyABatchWithMembersIsOpened) {
    const NewBatch made = staged();
    submit({made}, {});
    EXPECT_TRUE(is_refused([&] { workflows.open(made.id); }));
    EXPECT_TRUE(is_refused([&] { workflows.open(BatchId{jobs.reserve_ids(1).value}); }));
    EXPECT_EQ(state_of_batch(made.id), BatchState::creating);
}

TEST_P(BatchStartConformance, AMemberOfAStagedBatchMayBeStartedByHand) {
    const NewBatch made = staged();
    const NewJob member = job_in_batch(made.id);
    submit({made}, {member, job_in_batch(made.id)});
    EXPECT_EQ(requeue(member.id), Operated::done);
    succeed(member.id);
    EXPECT_EQ(batch_of(made.id).unfinished, 1);
    EXPECT_EQ(state_of_batch(made.id), BatchState::creating);
}

TEST_P(BatchStartConformance, AJobAttachedToAStartedBatchRuns) {
    std::vector<JobId> members;
    const BatchId id = submit_batch(1, members);
    const NewJob more = job_in_batch(id);
    submit({}, {more});
    EXPECT_EQ(state_of(more.id), enqueued);
    succeed(members[0]);
    EXPECT_EQ(batch_of(id).unfinished, 1);
    succeed(more.id);
    EXPECT_EQ(state_of_batch(id), BatchState::succeeded);
}

TEST_P(BatchStartConformance, AttachingToAFinalBatchReopensItAndThoseAroundIt) {
    const NewBatch outer = batch();
    const NewBatch inner = batch_within(outer.id);
    const NewJob member = job_in_batch(inner.id);
    submit({outer, inner}, {member});
    const JobId callback = insert_after(outer.id);
    const JobId waiting = insert(job_after({after(outer.id), after(insert())}));
    succeed(member.id);
    EXPECT_EQ(state_of_batch(outer.id), BatchState::succeeded);

    const NewJob more = job_in_batch(inner.id);
    submit({}, {more});
    EXPECT_EQ(state_of_batch(inner.id), BatchState::started);
    EXPECT_EQ(state_of_batch(outer.id), BatchState::started);
    EXPECT_EQ(batch_of(outer.id).finished_at, std::nullopt);
    EXPECT_EQ(batch_of(outer.id).unfinished, 1);
    EXPECT_EQ(state_of(callback), enqueued);
    EXPECT_EQ(workflows.parents(waiting).at(0).is_met, true);
    fail(more.id);
    EXPECT_EQ(state_of_batch(outer.id), BatchState::completed);
    EXPECT_EQ(state_of(callback), processing);
}

TEST_P(BatchStartConformance, ABatchAttachedToAFinalOneReopensIt) {
    std::vector<JobId> members;
    const BatchId outer = submit_batch(1, members);
    succeed(members[0]);
    const NewBatch inner = batch_within(outer);
    const NewJob more = job_in_batch(inner.id);
    submit({inner}, {more});
    EXPECT_EQ(state_of_batch(outer), BatchState::started);
    EXPECT_EQ(batch_of(outer).members, 2);
    succeed(more.id);
    EXPECT_EQ(state_of_batch(outer), BatchState::succeeded);
}

TEST_P(BatchStartConformance, AMemberThatIsUnmetAtOnceCounts) {
    const JobId parent = insert();
    fail(parent);
    const NewBatch made = batch();
    const NewJob unmet = job_in_batch(made.id, {after(parent)});
    submit({made}, {unmet});
    EXPECT_EQ(reason_of(unmet.id), Reason::unmet);
    EXPECT_EQ(state_of_batch(made.id), BatchState::completed);
    EXPECT_EQ(batch_of(made.id).unsuccessful, 1);
}

TEST_P(BatchStartConformance, CyclesThroughBatchesAreRefused) {
    const NewBatch made = batch();
    const NewJob inside = job_in_batch(made.id, {after(made.id)});
    EXPECT_TRUE(is_refused([&] { workflows.submit(std::vector{made}, std::vector{inside}); }));

    NewBatch waits = batch();
    const NewJob member = job_in_batch(waits.id);
    waits.parents = {after(member.id)};
    EXPECT_TRUE(is_refused([&] { workflows.submit(std::vector{waits}, std::vector{member}); }));

    const NewBatch outer = batch();
    NewBatch inner = batch_within(outer.id);
    inner.parents = {after(outer.id)};
    EXPECT_TRUE(is_refused([&] {
        workflows.submit(std::vector{outer, inner}, std::vector{job_in_batch(inner.id)});
    }));
    EXPECT_TRUE(listed({}).empty());
}

TEST_P(BatchStartConformance, CyclesThroughABatchWithoutMembersAreRefused) {
    NewBatch first = staged();
    NewBatch second = staged();
    first.parents = {after(second.id)};
    second.parents = {after(first.id)};
    EXPECT_TRUE(is_refused([&] { workflows.submit(std::vector{first, second}, {}); }));
    const NewJob child = job_after({after(first.id)});
    first.parents = {after(child.id)};
    EXPECT_TRUE(is_refused([&] { workflows.submit(std::vector{first}, std::vector{child}); }));
    EXPECT_TRUE(workflows.list({}, 10, {}).batches.empty());
}

TEST_P(BatchStartConformance, CyclesThroughABatchThatIsThereAreRefused) {
    std::vector<JobId> members;
    const BatchId id = submit_batch(1, members);
    const JobId child = insert_after(id);
    const JobId grandchild = insert_after(child);
    const NewJob more = job_in_batch(id, {after(grandchild)});
    EXPECT_TRUE(is_refused([&] { workflows.submit({}, std::vector{more}); }));
    NewBatch inner = batch_within(id);
    inner.parents = {after(child, Condition::finished)};
    EXPECT_TRUE(
        is_refused([&] { workflows.submit(std::vector{inner}, std::vector{job_in_batch(inner.id)}); }));
    EXPECT_EQ(batch_of(id).members, 1);
}

// Its end may still be taken back, and its parents with it.
TEST_P(BatchStartConformance, WhatHasEndedClosesACycleToo) {
    std::vector<JobId> members;
    const BatchId id = submit_batch(1, members);
    const JobId child = insert_after(id);
    succeed(members[0]);
    succeed(child);
    const NewJob more = job_in_batch(id, {after(child)});
    EXPECT_TRUE(is_refused([&] { workflows.submit({}, std::vector{more}); }));
    EXPECT_EQ(state_of_batch(id), BatchState::succeeded);
}

TEST_P(BatchStartConformance, ABatchMayWaitForWhatIsJoinedWithIt) {
    std::vector<JobId> members;
    const BatchId first = submit_batch(1, members);
    const BatchId second = submit_batch(1, members);
    const NewJob more = job_in_batch(first);
    const NewJob later = job_in_batch(second, {after(first)});
    submit({}, {more, later});
    EXPECT_EQ(state_of(later.id), awaiting);
    const NewJob back = job_in_batch(first, {after(second)});
    EXPECT_TRUE(is_refused([&] { workflows.submit({}, std::vector{back}); }));
}

TEST_P(BatchStartConformance, CyclesThroughMembersOfALaterBatchAreRefused) {
    std::vector<JobId> members;
    const BatchId first = submit_batch(1, members);
    const BatchId later = submit_batch(1, members, batch({after(first)}));
    const JobId child = insert_after(members[1]);
    const NewJob more = job_in_batch(first, {after(child)});
    EXPECT_TRUE(is_refused([&] { workflows.submit({}, std::vector{more}); }));
    // A member that comes into the later one waits for its start, without naming anybody.
    const NewJob late = job_in_batch(later);
    const NewJob waiting = job_in_batch(first, {after(late.id)});
    EXPECT_TRUE(is_refused([&] { workflows.submit({}, std::vector{late, waiting}); }));
}

TEST_P(BatchStartConformance, ACancelledOneDoesNotStart) {
    const JobId parent = insert();
    const NewBatch outer = batch({after(parent)});
    const NewBatch inner = batch_within(outer.id);
    const NewJob member = job_in_batch(inner.id);
    const NewBatch staged = [&] {
        NewBatch made = batch();
        made.is_staged = true;
        return made;
    }();
    const NewJob staged_member = job_in_batch(staged.id);
    submit({outer, inner, staged}, {member, job_in_batch(inner.id), staged_member, job_in_batch(outer.id)});
    // Started by hand, they keep their batches from ending.
    requeue(member.id);
    requeue(staged_member.id);
    run_of(member.id);
    workflows.cancel(inner.id, "somebody");
    workflows.cancel(staged.id, "somebody");
    settle_down();
    succeed(parent);
    workflows.open(staged.id);
    settle_down();
    EXPECT_EQ(state_of_batch(outer.id), BatchState::started);
    EXPECT_EQ(state_of_batch(inner.id), BatchState::awaiting);
    EXPECT_EQ(state_of_batch(staged.id), BatchState::awaiting);
    succeed(member.id);
    succeed(staged_member.id);
    EXPECT_EQ(state_of_batch(inner.id), BatchState::cancelled);
    EXPECT_EQ(state_of_batch(staged.id), BatchState::cancelled);
}

INSTANTIATE_TEST_SUITE_P(Databases, BatchStartConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
