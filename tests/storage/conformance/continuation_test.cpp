#include "tests/storage/conformance/workflow_conformance.hpp"

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class ContinuationConformance : public WorkflowConformance {};

TEST_P(ContinuationConformance, EachConditionTakesItsEnds) {
    for (const Condition on :
         {Condition::succeeded, Condition::failed, Condition::finished, Condition::deleted})
        for (const StateName how : {succeeded, failed, deleted}) {
            const JobId parent = insert();
            const JobId child = insert_after(parent, on);
            EXPECT_EQ(state_of(child), awaiting);
            EXPECT_EQ(reason_of(child), Reason::parents);
            EXPECT_FALSE(can_run(child));

            end(parent, how);

            const bool is_met = on == Condition::finished || to_string(on) == to_string(how);
            EXPECT_EQ(state_of(child), is_met ? enqueued : deleted) << to_string(on) << " " << to_string(how);
            if (!is_met) {
                EXPECT_EQ(reason_of(child), Reason::unmet);
                EXPECT_EQ(find(child).finished_at, clock.now());
            }
        }
}

TEST_P(ContinuationConformance, AParentThatHasEndedCountsAtOnce) {
    for (const Condition on :
         {Condition::succeeded, Condition::failed, Condition::finished, Condition::deleted})
        for (const StateName how : {succeeded, failed, deleted}) {
            const JobId parent = insert();
            end(parent, how);
            const JobId child = insert_after(parent, on);
            settle_down();
            const bool is_met = on == Condition::finished || to_string(on) == to_string(how);
            EXPECT_EQ(state_of(child), is_met ? enqueued : deleted) << to_string(on) << " " << to_string(how);
        }
}

TEST_P(ContinuationConformance, AllParentsHaveToEndSo) {
    const std::vector<JobId> parents = insert_many(3);
    const JobId child = insert(job_after(
        {after(parents[0]), after(parents[1], Condition::failed), after(parents[2], Condition::finished)}));
    fail(parents[2]);
    succeed(parents[0]);
    EXPECT_EQ(state_of(child), awaiting);
    fail(parents[1]);
    EXPECT_EQ(state_of(child), enqueued);
}

TEST_P(ContinuationConformance, OneUnmetParentIsEnough) {
    const std::vector<JobId> parents = insert_many(2);
    const JobId child = insert(job_after({after(parents[0]), after(parents[1])}));
    fail(parents[1]);
    EXPECT_EQ(reason_of(child), Reason::unmet);
    succeed(parents[0]);
    EXPECT_EQ(state_of(child), deleted);
}

TEST_P(ContinuationConformance, TheSameParentMayBeNamedTwice) {
    const JobId parent = insert();
    const JobId both = insert(job_after({after(parent), after(parent, Condition::finished)}));
    const JobId never = insert(job_after({after(parent), after(parent, Condition::failed)}));
    succeed(parent);
    EXPECT_EQ(state_of(both), enqueued);
    EXPECT_EQ(state_of(never), deleted);
}

TEST_P(ContinuationConformance, OneParentHasManyChildren) {
    const JobId parent = insert();
    std::vector<JobId> children;
    for (int i = 0; i < 30; ++i)
        children.push_back(insert_after(parent));
    succeed(parent);
    for (const JobId child : children)
        EXPECT_EQ(state_of(child), enqueued);
    EXPECT_EQ(count_of(enqueued), 30);
    EXPECT_EQ(count_of(awaiting), 0);
}

TEST_P(ContinuationConformance, UnmetGoesOnToTheirChildren) {
    const JobId first = insert();
    const JobId second = insert_after(first);
    const JobId third = insert_after(second);
    const JobId cleanup = insert_after(second, Condition::deleted);
    fail(first);
    EXPECT_EQ(reason_of(second), Reason::unmet);
    EXPECT_EQ(reason_of(third), Reason::unmet);
    EXPECT_EQ(state_of(cleanup), enqueued);
}

TEST_P(ContinuationConformance, ARetryIsNoEnd) {
    const JobId parent = insert();
    const JobId child = insert_after(parent, Condition::finished);
    finish(retry_of(run_of(parent), 1s));
    EXPECT_EQ(state_of(child), awaiting);
    clock.advance(1s);
    jobs.promote_due(10);
    succeed(parent);
    EXPECT_EQ(state_of(child), enqueued);
}

TEST_P(ContinuationConformance, ALateEndReleasesNothing) {
    const JobId parent = insert();
    const JobId child = insert_after(parent);
    const ClaimedJob lost = run_of(parent);
    servers.declare_dead("worker");
    servers.recover(server, 10);
    EXPECT_EQ(settle(success_of(lost)), Moved::lost);
    server = enter_worker("second");
    const ClaimedJob second = run_of(parent);
    EXPECT_EQ(settle(success_of(lost)), Moved::lost);
    settle_down();
    EXPECT_EQ(state_of(child), awaiting);
    finish(success_of(second));
    EXPECT_EQ(claimed(), std::vector{child});
    EXPECT_EQ(settle(success_of(second)), Moved::already);
    settle_down();
    EXPECT_EQ(state_of(child), processing);
}

TEST_P(ContinuationConformance, AnExpiredParentIsADeletedOne) {
    NewJob made = job();
    made.expires_at = clock.now() + 1s;
    const JobId parent = insert(made);
    const JobId child = insert_after(parent, Condition::deleted);
    clock.advance(1s);
    EXPECT_FALSE(can_run(parent));
    settle_down();
    EXPECT_EQ(state_of(child), enqueued);
}

TEST_P(ContinuationConformance, AParentCancelledWhileItsHostDiedIsADeletedOne) {
    const JobId parent = insert();
    const JobId child = insert_after(parent, Condition::deleted);
    run_of(parent);
    EXPECT_EQ(operate(parent, Verb::cancel), Operated::asked);
    servers.declare_dead("worker");
    EXPECT_EQ(servers.recover(server, 10), 1u);
    settle_down();
    EXPECT_EQ(reason_of(parent), Reason::cancelled);
    EXPECT_EQ(state_of(child), enqueued);
}

TEST_P(ContinuationConformance, TheResultIsHandedOnInTheOrderOfTheParents) {
    const std::vector<JobId> parents = insert_many(3);
    const JobId child = insert(job_after(
        {after(parents[2], Condition::finished), after(parents[0]), after(parents[1], Condition::finished)}));
    EXPECT_EQ(workflows.parents(child).at(1).is_met, std::nullopt);
    succeed(parents[0], R"({"rows":3})");
    fail(parents[1]);
    succeed(parents[2]);

    const std::vector<ParentEnd> seen = run_of(child).parents;
    ASSERT_EQ(seen.size(), 3u);
    EXPECT_EQ(seen[0].parent, after(parents[2], Condition::finished));
    EXPECT_EQ(seen[0].result, "");
    EXPECT_EQ(seen[1].parent, after(parents[0]));
    EXPECT_EQ(seen[1].is_met, true);
    EXPECT_EQ(seen[1].result, R"({"rows":3})");
    EXPECT_EQ(seen[2].is_met, true);
    EXPECT_EQ(seen[2].result, "");
    EXPECT_EQ(workflows.parents(child).at(1).result, R"({"rows":3})");
}

TEST_P(ContinuationConformance, ChildrenAreListedByNumber) {
    const JobId parent = insert();
    const JobId first = insert_after(parent);
    const NewBatch second = batch({after(parent, Condition::failed)});
    submit({second}, {job_in_batch(second.id)});
    const JobId third = insert_after(parent, Condition::finished);
    EXPECT_EQ(workflows.children(parent, 2).size(), 2u);
    succeed(parent);

    const std::vector<Child> children = workflows.children(parent, 10);
    ASSERT_EQ(children.size(), 3u);
    EXPECT_EQ(std::get<JobId>(children[0].id), first);
    EXPECT_EQ(children[0].is_met, true);
    EXPECT_EQ(std::get<BatchId>(children[1].id), second.id);
    EXPECT_EQ(children[1].on, Condition::failed);
    EXPECT_EQ(children[1].is_met, false);
    EXPECT_EQ(std::get<JobId>(children[2].id), third);
    EXPECT_TRUE(workflows.children(first, 10).empty());
    EXPECT_TRUE(workflows.parents(parent).empty());
}

TEST_P(ContinuationConformance, DelayCountsFromTheRelease) {
    const JobId parent = insert();
    NewJob made = job_after({after(parent)});
    made.delay = 5s;
    insert(made);
    NewJob at_a_time = job_after({after(parent)});
    at_a_time.due_at = clock.now() + 1min;
    at_a_time.delay = 5s;
    insert(at_a_time);
    NewJob long_over = job_after({after(parent)});
    long_over.due_at = clock.now() + 1s;
    insert(long_over);
    clock.advance(10s);
    succeed(parent);

    EXPECT_EQ(reason_of(made.id), Reason::delayed);
    EXPECT_EQ(due_of(made.id), clock.now() + 5s);
    EXPECT_EQ(due_of(at_a_time.id), clock.now() + 50s);
    EXPECT_EQ(state_of(long_over.id), enqueued);
    clock.advance(5s);
    jobs.promote_due(10);
    EXPECT_EQ(state_of(made.id), enqueued);
}

TEST_P(ContinuationConformance, DelayCountsAtOnceWhereThereIsNothingToWaitFor) {
    NewJob made = job();
    made.delay = 5s;
    insert(made);
    EXPECT_EQ(due_of(made.id), clock.now() + 5s);
}

TEST_P(ContinuationConformance, AReleasedJobIsOrderedByItsRelease) {
    const JobId parent = insert();
    const JobId child = insert_after(parent);
    const ClaimedJob run = run_of(parent);
    clock.advance(1s);
    const JobId sooner = insert();
    clock.advance(1s);
    finish(success_of(run));
    EXPECT_EQ(ids_of(claim(2)), (std::vector{sooner, child}));
}

TEST_P(ContinuationConformance, AChildThatWasMovedByHandIsLeftAlone) {
    const JobId parent = insert();
    const JobId started = insert_after(parent);
    const JobId planned = insert_after(parent);
    const JobId removed = insert_after(parent);
    EXPECT_EQ(requeue(started), Operated::done);
    EXPECT_EQ(state_of(started), enqueued);
    EXPECT_EQ(reschedule(planned, clock.now() + 1h), Operated::done);
    EXPECT_EQ(operate(removed, Verb::remove), Operated::done);
    fail(parent);
    EXPECT_EQ(state_of(started), processing);
    EXPECT_EQ(state_of(planned), scheduled);
    EXPECT_EQ(reason_of(removed), Reason::by_person);
    EXPECT_EQ(workflows.parents(started).at(0).is_met, false);
}

TEST_P(ContinuationConformance, AnUnknownParentIsRefused) {
    const JobId unused = jobs.reserve_ids(1);
    const NewJob child = job_after({after(unused)});
    const NewJob other = job();
    EXPECT_TRUE(is_refused([&] { workflows.submit({}, std::vector{other, child}); }));
    EXPECT_TRUE(is_refused([&] { jobs.insert(std::vector{child}); }));
    EXPECT_TRUE(is_refused([&] { jobs.insert(std::vector{job_after({after(BatchId{unused.value})})}); }));
    EXPECT_TRUE(listed({}).empty());
}

TEST_P(ContinuationConformance, ParentsMayComeAfterTheirChildrenInASubmission) {
    const NewJob parent = job();
    const NewJob child = job_after({after(parent.id)});
    submit({}, {child, parent});
    EXPECT_EQ(state_of(child.id), awaiting);
    succeed(parent.id);
    EXPECT_EQ(state_of(child.id), enqueued);
}

TEST_P(ContinuationConformance, ACycleIsRefused) {
    NewJob itself = job();
    itself.parents = {after(itself.id)};
    EXPECT_TRUE(is_refused([&] { workflows.submit({}, std::vector{itself}); }));

    NewJob first = job();
    const NewJob second = job_after({after(first.id)});
    const NewJob third = job_after({after(second.id, Condition::failed)});
    first.parents = {after(third.id, Condition::finished)};
    EXPECT_TRUE(is_refused([&] { workflows.submit({}, std::vector{first, second, third}); }));
    EXPECT_TRUE(listed({}).empty());
}

TEST_P(ContinuationConformance, ADiamondIsNoCycle) {
    const NewJob top = job();
    const NewJob left = job_after({after(top.id)});
    const NewJob right = job_after({after(top.id)});
    const NewJob bottom = job_after({after(left.id), after(right.id), after(top.id)});
    submit({}, {top, left, right, bottom});
    for (const NewJob& each : {top, left, right, bottom})
        succeed(each.id);
    EXPECT_EQ(count_of(succeeded), 4);
}

TEST_P(ContinuationConformance, TooManyParentsAreRefused) {
    const JobId parent = insert();
    NewJob made = job_after(std::vector<Parent>(kMaxParents, after(parent)));
    insert(made);
    made.id = jobs.reserve_ids(1);
    made.parents.push_back(after(parent));
    EXPECT_TRUE(is_refused([&] { jobs.insert({&made, 1}); }));
    NewJob negative = job();
    negative.delay = -1us;
    EXPECT_TRUE(is_refused([&] { jobs.insert({&negative, 1}); }));
}

TEST_P(ContinuationConformance, ARepeatedSubmissionChangesNothing) {
    const NewJob parent = job();
    const NewJob child = job_after({after(parent.id)});
    EXPECT_EQ(submit({}, {parent, child}), (std::vector<Inserted>{{parent.id}, {child.id}}));
    succeed(parent.id);
    succeed(child.id);
    EXPECT_EQ(submit({}, {parent, child}), (std::vector<Inserted>{{parent.id}, {child.id}}));
    EXPECT_EQ(count_of(succeeded), 2);
    EXPECT_EQ(workflows.children(parent.id, 10).size(), 1u);
}

TEST_P(ContinuationConformance, NothingIsLeftToSweep) {
    const JobId parent = insert();
    insert_after(parent);
    insert_after(parent, Condition::failed);
    succeed(parent);
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(workflows.sweep(1), 0u);
}

TEST_P(ContinuationConformance, IdsAreToldApart) {
    const JobId one = insert();
    std::vector<JobId> members;
    const BatchId going_on = submit_batch(1, members);
    const BatchId cancelled = submit_batch(1, members);
    workflows.cancel(cancelled, "somebody");
    const std::int64_t unused = jobs.reserve_ids(1).value;
    std::map<std::variant<JobId, BatchId>, bool> found;
    for (const Identified& each : workflows.identify(
             std::vector{unused, going_on.value, one.value, cancelled.value, std::int64_t{-1}}))
        found[each.id] = each.is_cancelled;
    EXPECT_EQ(found, (std::map<std::variant<JobId, BatchId>, bool>{
                         {one, false}, {going_on, false}, {cancelled, true}}));
    EXPECT_TRUE(workflows.identify({}).empty());
    const std::vector<std::int64_t> many(25'000, one.value);
    EXPECT_FALSE(workflows.identify(many).empty());
}

INSTANTIATE_TEST_SUITE_P(Databases, ContinuationConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
