#include "tests/storage/conformance/workflow_conformance.hpp"

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class BatchCancelConformance : public WorkflowConformance {
protected:
    bool cancel(BatchId id) {
        const bool is_open = workflows.cancel(id, "somebody");
        settle_down();
        return is_open;
    }
};

TEST_P(BatchCancelConformance, WhatWaitsIsDeletedAndWhatRunsIsAsked) {
    const NewBatch made = batch();
    const NewJob running = job_in_batch(made.id);
    submit({made}, {running});
    const ClaimedJob run = run_of(running.id);
    NewJob later = job_in_batch(made.id);
    later.due_at = clock.now() + 1h;
    const NewJob ready = job_in_batch(made.id);
    const NewJob chained = job_in_batch(made.id, {after(running.id)});
    submit({}, {later, ready, chained});
    clock.advance(1s);

    EXPECT_TRUE(cancel(made.id));
    for (const NewJob& each : {later, ready, chained})
        EXPECT_EQ(reason_of(each.id), Reason::cancelled);
    EXPECT_EQ(find(running.id).cancel_requested_at, clock.now());
    EXPECT_EQ(jobs.cancelled_runs_of(server, 10), (std::vector{HeldRun{run.id, run.lease}}));
    EXPECT_EQ(state_of_batch(made.id), BatchState::started);
    EXPECT_EQ(batch_of(made.id).cancel_requested_at, clock.now());
    EXPECT_EQ(batch_of(made.id).unfinished, 1);

    finish(end_of(run, Cause::cancelled, Deleted{clock.now(), Reason::cancelled}));
    EXPECT_EQ(state_of_batch(made.id), BatchState::cancelled);
    EXPECT_EQ(batch_of(made.id).finished_at, clock.now());
}

TEST_P(BatchCancelConformance, ARunThatSucceedsAllTheSameHasSucceeded) {
    std::vector<JobId> members;
    const BatchId id = submit_batch(1, members);
    const ClaimedJob run = run_of(members[0]);
    cancel(id);
    finish(success_of(run));
    EXPECT_EQ(state_of(members[0]), succeeded);
    EXPECT_EQ(state_of_batch(id), BatchState::cancelled);
    EXPECT_EQ(batch_of(id).unsuccessful, 0);
}

TEST_P(BatchCancelConformance, ARunThatWouldComeBackIsDeleted) {
    std::vector<JobId> members;
    const BatchId id = submit_batch(3, members);
    const auto runs = claim(3);
    cancel(id);
    finish(retry_of(runs[0], 1s));
    finish(return_of(runs[1]));
    servers.declare_dead("worker");
    servers.recover(server, 10);
    settle_down();
    for (const JobId member : members)
        EXPECT_EQ(reason_of(member), Reason::cancelled);
    EXPECT_EQ(state_of_batch(id), BatchState::cancelled);
}

TEST_P(BatchCancelConformance, BatchesWithinItAreCancelled) {
    const NewBatch outer = batch();
    NewBatch inner = batch();
    inner.within = outer.id;
    NewBatch inmost = batch();
    inmost.within = inner.id;
    inmost.is_staged = true;
    const NewJob member = job_in_batch(inner.id);
    submit({outer, inner, inmost}, {member});
    EXPECT_TRUE(cancel(outer.id));
    for (const BatchId id : {outer.id, inner.id, inmost.id}) {
        EXPECT_EQ(state_of_batch(id), BatchState::cancelled);
        EXPECT_EQ(batch_of(id).cancel_requested_at, clock.now());
    }
    EXPECT_EQ(reason_of(member.id), Reason::cancelled);
}

// The jobs of one batch go before those of the batches within it.
TEST_P(BatchCancelConformance, OneWithinItThatEndsWithTheFirstOfThemIsCancelledToo) {
    const NewBatch outer = batch();
    NewBatch middle = batch();
    middle.within = outer.id;
    NewBatch inner = batch();
    inner.within = middle.id;
    const NewJob first = job_in_batch(outer.id);
    const NewJob chained = job_in_batch(inner.id, {after(first.id)});
    submit({outer, middle, inner}, {first, job_in_batch(middle.id), chained});
    EXPECT_TRUE(cancel(outer.id));
    for (const BatchId id : {outer.id, middle.id, inner.id}) {
        EXPECT_EQ(state_of_batch(id), BatchState::cancelled);
        EXPECT_EQ(batch_of(id).cancel_requested_at, clock.now());
    }
    EXPECT_EQ(state_of(chained.id), deleted);
}

TEST_P(BatchCancelConformance, AnInnerOneIsCancelledAlone) {
    const NewBatch outer = batch();
    NewBatch inner = batch();
    inner.within = outer.id;
    const NewJob member = job_in_batch(inner.id);
    const NewJob other = job_in_batch(outer.id);
    submit({outer, inner}, {member, other});
    cancel(inner.id);
    EXPECT_EQ(state_of_batch(inner.id), BatchState::cancelled);
    EXPECT_EQ(state_of_batch(outer.id), BatchState::started);
    EXPECT_EQ(batch_of(outer.id).cancel_requested_at, std::nullopt);
    succeed(other.id);
    EXPECT_EQ(state_of_batch(outer.id), BatchState::completed);
}

TEST_P(BatchCancelConformance, NothingElseIsTouched) {
    std::vector<JobId> members;
    const BatchId id = submit_batch(1, members);
    std::vector<JobId> others;
    const BatchId other = submit_batch(1, others);
    const JobId plain = insert();
    cancel(id);
    EXPECT_EQ(state_of(others[0]), enqueued);
    EXPECT_EQ(state_of_batch(other), BatchState::started);
    EXPECT_EQ(state_of(plain), enqueued);
}

TEST_P(BatchCancelConformance, CancellingAgainChangesNothing) {
    std::vector<JobId> members;
    const BatchId id = submit_batch(1, members);
    const ClaimedJob run = run_of(members[0]);
    const TimePoint first = clock.now();
    EXPECT_TRUE(cancel(id));
    clock.advance(1s);
    EXPECT_TRUE(cancel(id));
    EXPECT_EQ(batch_of(id).cancel_requested_at, first);
    EXPECT_EQ(find(run.id).cancel_requested_at, first);
    finish(end_of(run, Cause::cancelled, Deleted{clock.now(), Reason::cancelled}));
    EXPECT_FALSE(cancel(id));
}

TEST_P(BatchCancelConformance, AFinalOneAndNoneAreToldApart) {
    std::vector<JobId> members;
    const BatchId id = submit_batch(1, members);
    succeed(members[0]);
    EXPECT_FALSE(cancel(id));
    EXPECT_EQ(state_of_batch(id), BatchState::succeeded);
    EXPECT_TRUE(is_refused([&] { workflows.cancel(BatchId{jobs.reserve_ids(1).value}, "somebody"); }));
}

TEST_P(BatchCancelConformance, OneThatHasNotStartedIsCancelledToo) {
    const JobId parent = insert();
    std::vector<JobId> members;
    const BatchId awaiting_one = submit_batch(2, members, batch({after(parent)}));
    NewBatch staged = batch();
    staged.is_staged = true;
    submit({staged}, {});
    cancel(awaiting_one);
    cancel(staged.id);
    EXPECT_EQ(state_of_batch(awaiting_one), BatchState::cancelled);
    EXPECT_EQ(state_of_batch(staged.id), BatchState::cancelled);
    succeed(parent);
    EXPECT_EQ(state_of(members[0]), deleted);
}

TEST_P(BatchCancelConformance, NothingIsHandedIntoIt) {
    const NewBatch outer = batch();
    NewBatch inner = batch();
    inner.within = outer.id;
    const NewJob member = job_in_batch(inner.id);
    submit({outer, inner}, {member});
    const ClaimedJob run = run_of(member.id);
    cancel(outer.id);
    EXPECT_TRUE(is_refused([&] { jobs.insert(std::vector{job_in_batch(inner.id)}); }));
    finish(success_of(run));
    EXPECT_TRUE(is_refused([&] { jobs.insert(std::vector{job_in_batch(outer.id)}); }));
    NewBatch more = batch();
    more.within = outer.id;
    EXPECT_TRUE(is_refused([&] { workflows.submit(std::vector{more}, std::vector{job_in_batch(more.id)}); }));
    EXPECT_EQ(submit({outer, inner}, {member}), std::vector{Inserted{member.id}});
}

TEST_P(BatchCancelConformance, AMemberIsRequeuedOnlyWhenItHasEnded) {
    std::vector<JobId> members;
    const BatchId id = submit_batch(2, members);
    const ClaimedJob run = claim_one();
    cancel(id);
    const JobId other = run.id == members[0] ? members[1] : members[0];
    EXPECT_EQ(requeue(other), Operated::not_possible);
    EXPECT_EQ(state_of(other), deleted);
    finish(end_of(run, Cause::cancelled, Deleted{clock.now(), Reason::cancelled}));

    EXPECT_EQ(requeue(other), Operated::done);
    EXPECT_EQ(state_of_batch(id), BatchState::started);
    EXPECT_EQ(batch_of(id).cancel_requested_at, std::nullopt);
    succeed(other);
    EXPECT_EQ(state_of_batch(id), BatchState::completed);
    EXPECT_EQ(state_of(run.id), deleted);
}

TEST_P(BatchCancelConformance, ParkedMembersAreDeleted) {
    limits.set(std::vector{Limit{.name = "one"}});
    const NewBatch made = batch();
    NewJob first = job();
    first.limits = {{"one", ""}};
    insert(first);
    run_of(first.id);
    NewJob member = job_in_batch(made.id);
    member.limits = {{"one", ""}};
    submit({made}, {member});
    EXPECT_FALSE(can_run(member.id));
    EXPECT_EQ(reason_of(member.id), Reason::limit);
    cancel(made.id);
    EXPECT_EQ(reason_of(member.id), Reason::cancelled);
    EXPECT_EQ(limits.list().at(0).slots.parked, 0);
}

TEST_P(BatchCancelConformance, NothingIsHandedIntoOneThatLiesInIt) {
    const NewBatch outer = batch();
    NewBatch inner = batch();
    inner.within = outer.id;
    const NewJob member = job_in_batch(inner.id);
    submit({outer, inner}, {member, job_in_batch(outer.id)});
    succeed(member.id);
    cancel(outer.id);
    ASSERT_EQ(state_of_batch(inner.id), BatchState::succeeded);
    EXPECT_TRUE(is_refused([&] { workflows.submit({}, std::vector{job_in_batch(inner.id)}); }));
}

TEST_P(BatchCancelConformance, ASlotOfAMemberGoesToNoOtherMember) {
    limits.set(std::vector{Limit{.name = "m"}});
    NewJob holder = job();
    holder.limits = {{"m", ""}};
    insert(holder);
    const NewBatch made = batch();
    std::vector<NewJob> members{job_in_batch(made.id), job_in_batch(made.id)};
    for (NewJob& member : members)
        member.limits = holder.limits;
    submit({made}, members);
    NewJob outsider = job();
    outsider.limits = holder.limits;
    insert(outsider);
    succeed(holder.id);
    ASSERT_EQ(state_of(members[0].id), enqueued) << "with the slot";
    workflows.cancel(made.id, "somebody");
    settle_down();
    EXPECT_EQ(state_of(members[1].id), deleted);
    EXPECT_EQ(state_of(outsider.id), enqueued);
    EXPECT_EQ(state_of_batch(made.id), BatchState::cancelled);
}

INSTANTIATE_TEST_SUITE_P(Databases, BatchCancelConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
