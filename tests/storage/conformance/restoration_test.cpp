// A person lets a job run again on which others hang.
#include "tests/storage/conformance/workflow_conformance.hpp"

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class RestorationConformance : public WorkflowConformance {
protected:
    static NewJob unique(NewJob made) {
        made.unique = Unique{.key = "k"};
        return made;
    }
};

TEST_P(RestorationConformance, ChildrenThatWereDeletedBecauseOfItWaitAgain) {
    const JobId parent = insert();
    const JobId child = insert_after(parent);
    const JobId grandchild = insert_after(child);
    fail(parent);
    EXPECT_EQ(requeue(parent), Operated::done);

    EXPECT_EQ(state_of(child), awaiting);
    EXPECT_EQ(reason_of(child), Reason::parents);
    EXPECT_EQ(find(child).finished_at, std::nullopt);
    EXPECT_EQ(state_of(grandchild), awaiting);
    EXPECT_EQ(workflows.parents(child).at(0).is_met, std::nullopt);
    succeed(parent);
    succeed(child);
    EXPECT_EQ(state_of(grandchild), enqueued);
}

TEST_P(RestorationConformance, ReschedulingAFailedJobDoesTheSame) {
    const JobId parent = insert();
    const JobId child = insert_after(parent);
    fail(parent);
    EXPECT_EQ(reschedule(parent, clock.now() + 1h), Operated::done);
    EXPECT_EQ(state_of(child), awaiting);
    clock.advance(1h);
    jobs.promote_due(1);
    fail(parent);
    EXPECT_EQ(reason_of(child), Reason::unmet);
}

TEST_P(RestorationConformance, WhatWasDeletedForAnotherReasonStaysDeleted) {
    const JobId parent = insert();
    const JobId by_hand = insert_after(parent);
    operate(by_hand, Verb::remove);
    const JobId cancelled = insert_after(parent);
    operate(cancelled, Verb::cancel);
    fail(parent);
    requeue(parent);
    EXPECT_EQ(state_of(by_hand), deleted);
    EXPECT_EQ(state_of(cancelled), deleted);
}

TEST_P(RestorationConformance, WhatHasRunIsNotRunAgain) {
    const JobId parent = insert();
    const JobId alarm = insert_after(parent, Condition::failed);
    const JobId waiting = insert_after(parent, Condition::finished);
    fail(parent);
    succeed(alarm);
    requeue(parent);
    EXPECT_EQ(state_of(alarm), succeeded);
    EXPECT_EQ(state_of(waiting), processing);
    fail(parent);
    EXPECT_EQ(state_of(alarm), succeeded);
}

TEST_P(RestorationConformance, AChildThatStillWaitsForOthersWaitsForItAgain) {
    const std::vector<JobId> parents = insert_many(2);
    const JobId child = insert(job_after({after(parents[0]), after(parents[1])}));
    succeed(parents[0], "1");
    requeue(parents[0]);
    EXPECT_EQ(workflows.parents(child).at(0).is_met, std::nullopt);
    EXPECT_EQ(workflows.parents(child).at(0).result, "");
    succeed(parents[1]);
    EXPECT_EQ(state_of(child), awaiting);
    succeed(parents[0], "2");
    EXPECT_EQ(state_of(child), enqueued);
    EXPECT_EQ(run_of(child).parents.at(0).result, "2");
}

TEST_P(RestorationConformance, AnotherUnmetParentKeepsItDeleted) {
    const std::vector<JobId> parents = insert_many(2);
    const JobId child = insert(job_after({after(parents[0]), after(parents[1])}));
    fail(parents[0]);
    fail(parents[1]);
    requeue(parents[0]);
    EXPECT_EQ(state_of(child), deleted);
    succeed(parents[0]);
    requeue(parents[1]);
    EXPECT_EQ(state_of(child), awaiting);
    EXPECT_EQ(workflows.parents(child).at(0).is_met, true);
    succeed(parents[1]);
    EXPECT_EQ(state_of(child), enqueued);
}

TEST_P(RestorationConformance, RemovingAFailedJobDecidesNothingAnew) {
    const JobId parent = insert();
    const JobId alarm = insert(job_after({after(parent, Condition::failed), after(insert())}));
    fail(parent);
    EXPECT_EQ(operate(parent, Verb::remove), Operated::done);
    EXPECT_EQ(state_of(alarm), awaiting);
    EXPECT_EQ(workflows.parents(alarm).at(0).is_met, true);
}

TEST_P(RestorationConformance, TheBatchIsOpenAgain) {
    std::vector<JobId> members;
    const BatchId id = submit_batch(2, members);
    const JobId good = insert_after(id);
    const JobId bad = insert_after(id, Condition::failed);
    succeed(members[0]);
    fail(members[1]);
    EXPECT_EQ(state_of_batch(id), BatchState::completed);
    EXPECT_EQ(reason_of(good), Reason::unmet);

    requeue(members[1]);
    const Batch open = batch_of(id);
    EXPECT_EQ(open.state, BatchState::started);
    EXPECT_EQ(open.finished_at, std::nullopt);
    EXPECT_EQ(open.unfinished, 1);
    EXPECT_EQ(open.unsuccessful, 0);
    EXPECT_EQ(state_of(good), awaiting);
    EXPECT_EQ(state_of(bad), enqueued);
    succeed(members[1]);
    EXPECT_EQ(state_of_batch(id), BatchState::succeeded);
    EXPECT_EQ(state_of(good), enqueued);
}

TEST_P(RestorationConformance, BatchesAroundItAreOpenAgain) {
    NewBatch outer = batch();
    NewBatch inner = batch();
    inner.within = outer.id;
    const NewJob member = job_in_batch(inner.id);
    const NewJob follower = job_in_batch(outer.id, {after(member.id)});
    submit({outer, inner}, {member, follower});
    fail(member.id);
    EXPECT_EQ(state_of_batch(outer.id), BatchState::completed);
    EXPECT_EQ(reason_of(follower.id), Reason::unmet);

    requeue(member.id);
    EXPECT_EQ(state_of_batch(inner.id), BatchState::started);
    EXPECT_EQ(state_of_batch(outer.id), BatchState::started);
    EXPECT_EQ(batch_of(outer.id).unfinished, 2);
    EXPECT_EQ(state_of(follower.id), awaiting);
    succeed(member.id);
    succeed(follower.id);
    EXPECT_EQ(state_of_batch(outer.id), BatchState::succeeded);
}

TEST_P(RestorationConformance, ARestoredMemberOpensItsOwnBatch) {
    const JobId parent = insert();
    const NewBatch made = batch();
    const NewJob member = job_in_batch(made.id, {after(parent)});
    submit({made}, {member});
    const JobId child = insert_after(made.id);
    fail(parent);
    EXPECT_EQ(state_of_batch(made.id), BatchState::completed);
    EXPECT_EQ(state_of(child), deleted);
    requeue(parent);
    EXPECT_EQ(state_of_batch(made.id), BatchState::started);
    EXPECT_EQ(state_of(child), awaiting);
}

TEST_P(RestorationConformance, ABatchThatWasCancelledForItWaitsAgain) {
    const JobId parent = insert();
    const NewBatch made = batch({after(parent)});
    NewBatch inner = batch();
    inner.within = made.id;
    const NewJob member = job_in_batch(made.id);
    const NewJob inmost = job_in_batch(inner.id);
    submit({made, inner}, {member, inmost});
    const JobId child = insert_after(made.id);
    fail(parent);
    EXPECT_EQ(state_of_batch(made.id), BatchState::cancelled);
    EXPECT_EQ(state_of(child), deleted);
    requeue(parent);
    settle_down();
    EXPECT_EQ(state_of_batch(made.id), BatchState::awaiting);
    EXPECT_EQ(state_of_batch(inner.id), BatchState::awaiting);
    EXPECT_EQ(batch_of(made.id).cancel_requested_at, std::nullopt);
    for (const JobId id : {member.id, inmost.id, child})
        EXPECT_EQ(state_of(id), awaiting);
    succeed(parent);
    succeed(member.id);
    succeed(inmost.id);
    EXPECT_EQ(state_of_batch(made.id), BatchState::succeeded);
    EXPECT_EQ(state_of(child), enqueued);
}

TEST_P(RestorationConformance, AMemberOfACancelledBatchIsNotRestored) {
    const JobId parent = insert();
    std::vector<JobId> members;
    const BatchId id = submit_batch(1, members);
    const NewJob child = job_in_batch(id, {after(parent)});
    submit({}, {child});
    fail(parent);
    const ClaimedJob run = run_of(members[0]);
    workflows.cancel(id, "somebody");
    settle_down();
    finish(success_of(run));
    ASSERT_EQ(state_of_batch(id), BatchState::cancelled);
    requeue(parent);
    EXPECT_EQ(state_of(child.id), deleted);
    EXPECT_EQ(state_of_batch(id), BatchState::cancelled);
}

TEST_P(RestorationConformance, AChildWhoseKeyIsTakenStaysDeleted) {
    const JobId parent = insert();
    NewJob child = job_after({after(parent)});
    child.unique = Unique{.key = "k"};
    insert(child);
    fail(parent);
    NewJob other = job();
    other.unique = Unique{.key = "k"};
    EXPECT_EQ(submit({}, {other}), std::vector{Inserted{other.id}});
    requeue(parent);
    EXPECT_EQ(state_of(child.id), deleted);

    fail(parent);
    succeed(other.id);
    requeue(parent);
    EXPECT_EQ(state_of(child.id), awaiting);
    NewJob third = job();
    third.unique = Unique{.key = "k"};
    EXPECT_EQ(submit({}, {third}), (std::vector{Inserted{child.id, false}}));
}

TEST_P(RestorationConformance, OfTwoThatWantAKeyAgainTheSmallerIdGetsIt) {
    const JobId parent = insert();
    const JobId child = insert_after(parent);
    const NewJob grandchild = unique(job_after({after(child)}));
    insert(grandchild);
    fail(parent);
    ASSERT_EQ(state_of(grandchild.id), deleted);
    const NewJob other = unique(job_after({after(parent)}));  // unmet at once
    insert(other);
    ASSERT_EQ(state_of(other.id), deleted);

    requeue(parent);
    EXPECT_EQ(state_of(grandchild.id), awaiting);
    EXPECT_EQ(state_of(other.id), deleted);
}

TEST_P(RestorationConformance, OfChildrenOfDifferentParentsTooTheSmallerIdGetsTheKey) {
    const JobId parent = insert();
    const JobId first = insert_after(parent);
    const JobId second = insert_after(parent);
    const NewJob of_second = unique(job_after({after(second)}));
    insert(of_second);
    fail(parent);
    const NewJob of_first = unique(job_after({after(first)}));
    insert(of_first);
    requeue(parent);
    EXPECT_EQ(state_of(of_second.id), awaiting);
    EXPECT_EQ(state_of(of_first.id), deleted);

    fail(parent);
    const NewJob later = unique(job_after({after(second)}));
    insert(later);
    requeue(parent);
    EXPECT_EQ(state_of(of_second.id), awaiting);
    EXPECT_EQ(state_of(of_first.id), deleted);
    EXPECT_EQ(state_of(later.id), deleted);
}

TEST_P(RestorationConformance, AMemberThatWaitsForTheSameAsItsBatchIsCountedOnce) {
    const JobId parent = insert();
    const NewBatch made = batch({after(parent)});
    submit({made}, {job_in_batch(made.id, {after(parent)}), job_in_batch(made.id)});
    fail(parent);
    ASSERT_EQ(state_of_batch(made.id), BatchState::cancelled);
    requeue(parent);
    EXPECT_EQ(batch_of(made.id).unfinished, 2);
    EXPECT_EQ(batch_of(made.id).unsuccessful, 0);
    EXPECT_EQ(count_of(awaiting), 2);
}

TEST_P(RestorationConformance, AMemberOfARestoredBatchTakesItsKeyAgain) {
    const JobId parent = insert();
    const NewBatch made = batch({after(parent)});
    const NewJob member = unique(job_in_batch(made.id));
    const NewJob plain = job_in_batch(made.id);
    submit({made}, {member, plain});
    fail(parent);
    const NewJob other = unique(job());
    EXPECT_EQ(submit({}, {other}), std::vector{Inserted{other.id}});
    requeue(parent);
    EXPECT_EQ(state_of(member.id), deleted) << "another has its key";
    EXPECT_EQ(batch_of(made.id).unfinished, 1);
    EXPECT_EQ(batch_of(made.id).unsuccessful, 1);

    fail(parent);
    succeed(other.id);
    requeue(parent);
    EXPECT_EQ(state_of(member.id), awaiting);
    EXPECT_EQ(submit({}, {unique(job())}), (std::vector{Inserted{member.id, false}}));
    succeed(parent);
    succeed(member.id);
    succeed(plain.id);
    EXPECT_EQ(state_of_batch(made.id), BatchState::succeeded);
}

TEST_P(RestorationConformance, ItIsDueWhenItWasToBe) {
    const JobId parent = insert();
    NewJob child = job_after({after(parent)});
    child.due_at = clock.now() + 1h;
    insert(child);
    fail(parent);
    requeue(parent);
    succeed(parent);
    EXPECT_EQ(due_of(child.id), clock.now() + 1h);
}

TEST_P(RestorationConformance, MembersThatWaitForMembersComeBackWithTheirBatch) {
    const JobId parent = insert();
    const NewBatch made = batch({after(parent)});
    const NewJob first = job_in_batch(made.id);
    const NewJob second = job_in_batch(made.id, {after(first.id)});
    submit({made}, {first, second});
    fail(parent);
    ASSERT_EQ(count_of(deleted), 2);
    requeue(parent);
    EXPECT_EQ(count_of(awaiting), 2);
    EXPECT_EQ(batch_of(made.id).unfinished, 2);
    for (const JobId id : {parent, first.id, second.id})
        succeed(id);
    EXPECT_EQ(state_of_batch(made.id), BatchState::succeeded);
}

INSTANTIATE_TEST_SUITE_P(Databases, RestorationConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
