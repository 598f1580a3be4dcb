#include "tests/storage/conformance/workflow_conformance.hpp"

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class BatchConformance : public WorkflowConformance {
protected:
    static std::int64_t in_state(const Batch& batch, StateName state) {
        return batch.jobs.at(static_cast<std::size_t>(state));
    }
    static std::vector<BatchId> ids_in(const BatchPage& page) {
        std::vector<BatchId> ids;
        for (const Batch& batch : page.batches)
            ids.push_back(batch.id);
        return ids;
    }
};

TEST_P(BatchConformance, ItsMembersRunAtOnce) {
    std::vector<JobId> members;
    const BatchId id = submit_batch(3, members);
    const Batch made = batch_of(id);
    EXPECT_EQ(made.state, BatchState::started);
    EXPECT_EQ(made.name, "batch " + std::to_string(id.value));
    EXPECT_EQ(made.members, 3);
    EXPECT_EQ(made.unfinished, 3);
    EXPECT_EQ(made.unsuccessful, 0);
    EXPECT_EQ(in_state(made, enqueued), 3);
    EXPECT_EQ(made.created_at, clock.now());
    EXPECT_EQ(made.finished_at, std::nullopt);
    const ClaimedJob run = claim_one();
    EXPECT_EQ(run.batch, id);
    EXPECT_EQ(find(run.id).batch, id);
}

TEST_P(BatchConformance, ProgressIsSeenByState) {
    std::vector<JobId> members;
    const BatchId id = submit_batch(6, members);
    const auto runs = claim(5);
    finish(success_of(runs[0]));
    finish(failure_of(runs[1]));
    finish(deletion_of(runs[2]));
    finish(retry_of(runs[3], 1min));
    const Batch now = batch_of(id);
    for (const StateName each : {succeeded, failed, deleted, scheduled, processing, enqueued})
        EXPECT_EQ(in_state(now, each), 1) << to_string(each);
    EXPECT_EQ(now.members, 6);
    EXPECT_EQ(now.unfinished, 3);
    EXPECT_EQ(now.unsuccessful, 2);
    EXPECT_EQ(now.state, BatchState::started);
}

TEST_P(BatchConformance, AllSucceededIsSucceeded) {
    std::vector<JobId> members;
    const BatchId id = submit_batch(2, members);
    succeed(members[0]);
    EXPECT_EQ(state_of_batch(id), BatchState::started);
    clock.advance(5s);
    succeed(members[1]);
    EXPECT_EQ(state_of_batch(id), BatchState::succeeded);
    EXPECT_EQ(batch_of(id).finished_at, clock.now());
    EXPECT_EQ(batch_of(id).unfinished, 0);
}

TEST_P(BatchConformance, OneThatDidNotSucceedMakesItCompleted) {
    for (const StateName how : {failed, deleted}) {
        std::vector<JobId> members;
        const BatchId id = submit_batch(2, members);
        end(members[0], how);
        succeed(members[1]);
        EXPECT_EQ(state_of_batch(id), BatchState::completed);
        EXPECT_EQ(batch_of(id).unsuccessful, 1);
    }
}

TEST_P(BatchConformance, EveryWayToBeFinalCounts) {
    const NewBatch made = batch();
    NewJob expiring = job_in_batch(made.id);
    expiring.expires_at = clock.now() + 1s;
    NewJob removed = job_in_batch(made.id);
    NewJob promoted = job_in_batch(made.id);
    promoted.due_at = clock.now() + 1s;
    promoted.expires_at = clock.now() + 1s;
    NewJob recovered = job_in_batch(made.id);
    submit({made}, {recovered});
    run_of(recovered.id);
    submit({}, {expiring, removed, promoted});
    operate(removed.id, Verb::remove);
    operate(recovered.id, Verb::cancel);
    clock.advance(1s);
    jobs.promote_due(10);
    claim(10);
    servers.declare_dead("worker");
    servers.recover(server, 10);
    settle_down();
    const Batch ended = batch_of(made.id);
    EXPECT_EQ(ended.state, BatchState::completed);
    EXPECT_EQ(ended.unsuccessful, 4);
    EXPECT_EQ(in_state(ended, deleted), 4);
}

TEST_P(BatchConformance, RunsThatComeBackAreNotCounted) {
    std::vector<JobId> members;
    const BatchId id = submit_batch(1, members);
    finish(interruption_of(run_of(members[0])));
    EXPECT_EQ(batch_of(id).unfinished, 1);
    const ClaimedJob run = claim_one();
    const Settlement done = success_of(run);
    EXPECT_EQ(settle(done), Moved::yes);
    EXPECT_EQ(settle(done), Moved::already);
    settle_down();
    EXPECT_EQ(batch_of(id).unfinished, 0);
    EXPECT_EQ(state_of_batch(id), BatchState::succeeded);
}

TEST_P(BatchConformance, MembersThatEndTogetherEndItOnce) {
    std::vector<JobId> members;
    const BatchId id = submit_batch(40, members);
    const JobId child = insert_after(id);
    std::vector<Settlement> ends;
    for (const ClaimedJob& run : claim(40))
        ends.push_back(success_of(run));
    jobs.exchange(server, ends, {});
    settle_down();
    EXPECT_EQ(state_of_batch(id), BatchState::succeeded);
    EXPECT_EQ(state_of(child), enqueued);
}

TEST_P(BatchConformance, TwoHostsThatEndTheLastTwoMembersEndItOnce) {
    std::vector<JobId> members;
    const BatchId id = submit_batch(2, members);
    const JobId child = insert_after(id);
    const auto other = database->open(clock);
    const ServerId second = enter_worker("second");
    const Settlement first_end = success_of(claim_one());
    const Settlement second_end = success_of(claim(1, second).at(0));
    EXPECT_EQ(jobs.exchange(server, {&first_end, 1}, {}).moved.at(0), Moved::yes);
    EXPECT_EQ(other->jobs().exchange(second, {&second_end, 1}, {}).moved.at(0), Moved::yes);
    settle_down();
    EXPECT_EQ(state_of_batch(id), BatchState::succeeded);
    EXPECT_EQ(state_of(child), enqueued);
    EXPECT_EQ(ids_of(claim(5)), std::vector{child});
}

TEST_P(BatchConformance, MembersMayWaitForEachOtherAndForInstants) {
    const NewBatch made = batch();
    const NewJob first = job_in_batch(made.id);
    const NewJob second = job_in_batch(made.id, {after(first.id)});
    NewJob later = job_in_batch(made.id);
    later.due_at = clock.now() + 1h;
    submit({made}, {second, first, later});
    EXPECT_EQ(state_of(second.id), awaiting);
    EXPECT_EQ(state_of(later.id), scheduled);
    succeed(first.id);
    succeed(second.id);
    EXPECT_EQ(state_of_batch(made.id), BatchState::started);
    clock.advance(1h);
    jobs.promote_due(1);
    succeed(later.id);
    EXPECT_EQ(state_of_batch(made.id), BatchState::succeeded);
}

TEST_P(BatchConformance, ItIsMadeWithAllItsMembersOrNotAtAll) {
    const NewBatch made = batch();
    NewJob bad = job_in_batch(made.id);
    bad.priority = 5000;
    EXPECT_TRUE(is_refused([&] {
        workflows.submit(std::vector{made}, std::vector{job_in_batch(made.id), bad});
    }));
    const NewJob unknown = job_in_batch(made.id, {after(jobs.reserve_ids(1))});
    EXPECT_TRUE(is_refused([&] {
        workflows.submit(std::vector{made}, std::vector{job_in_batch(made.id), unknown});
    }));
    EXPECT_FALSE(workflows.find(made.id).has_value());
    EXPECT_TRUE(listed({}).empty());
}

TEST_P(BatchConformance, AnEmptyOneIsRefused) {
    const NewBatch made = batch();
    EXPECT_TRUE(is_refused([&] { workflows.submit(std::vector{made}, {}); }));
    NewBatch inner = batch();
    inner.within = made.id;
    EXPECT_TRUE(is_refused([&] { workflows.submit(std::vector{made, inner}, {}); }));
    EXPECT_FALSE(workflows.find(made.id).has_value());
}

TEST_P(BatchConformance, AJobOfNoBatchIsRefused) {
    const BatchId unused{jobs.reserve_ids(1).value};
    EXPECT_TRUE(is_refused([&] { jobs.insert(std::vector{job_in_batch(unused)}); }));
    NewBatch inner = batch();
    inner.within = unused;
    EXPECT_TRUE(
        is_refused([&] { workflows.submit(std::vector{inner}, std::vector{job_in_batch(inner.id)}); }));
}

TEST_P(BatchConformance, NamesAreLimited) {
    NewBatch made = batch();
    made.name = std::string(kMaxNameSize, 'n');
    submit({made}, {job_in_batch(made.id)});
    EXPECT_EQ(batch_of(made.id).name, made.name);
    for (const std::string& bad : {std::string(kMaxNameSize + 1, 'n'), std::string{"\xff"}}) {
        NewBatch other = batch();
        other.name = bad;
        EXPECT_TRUE(
            is_refused([&] { workflows.submit(std::vector{other}, std::vector{job_in_batch(other.id)}); }));
    }
}

TEST_P(BatchConformance, ARepeatedSubmissionChangesNothing) {
    const NewBatch made = batch();
    const NewJob member = job_in_batch(made.id);
    submit({made}, {member});
    succeed(member.id);
    EXPECT_EQ(submit({made}, {member}), std::vector{Inserted{member.id}});
    EXPECT_EQ(state_of_batch(made.id), BatchState::succeeded);
    EXPECT_EQ(batch_of(made.id).members, 1);
}

TEST_P(BatchConformance, ListsAreFromTheNewestAndPaged) {
    std::vector<JobId> members;
    std::vector<BatchId> ids;
    for (int i = 0; i < 5; ++i)
        ids.push_back(submit_batch(1, members));
    succeed(members[1]);
    succeed(members[3]);
    const BatchPage first = workflows.list({}, 2, {});
    EXPECT_EQ(ids_in(first), (std::vector{ids[4], ids[3]}));
    const BatchPage second = workflows.list({}, 2, first.next);
    EXPECT_EQ(ids_in(second), (std::vector{ids[2], ids[1]}));
    const BatchPage third = workflows.list({}, 2, second.next);
    EXPECT_EQ(ids_in(third), std::vector{ids[0]});
    EXPECT_EQ(third.next, std::nullopt);
    EXPECT_EQ(ids_in(workflows.list(BatchState::succeeded, 10, {})), (std::vector{ids[3], ids[1]}));
    EXPECT_FALSE(workflows.find(BatchId{members[0].value}).has_value());
}

INSTANTIATE_TEST_SUITE_P(Databases, BatchConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
