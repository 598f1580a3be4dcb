// Operations on all jobs that fit, and queues.
#include "tests/storage/conformance/workflow_conformance.hpp"

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class CommandConformance : public WorkflowConformance {
protected:
    JobFilter in_state(StateName state) {
        JobFilter filter;
        filter.state = state;
        return filter;
    }
    CommandId start(const JobFilter& filter, Verb verb) {
        return operations.start(filter, {.verb = verb, .by = "somebody", .at = clock.now() + 1h});
    }
    QueueState queue(const std::string& name) {
        for (const QueueState& each : operations.queues())
            if (each.name.value == name) return each;
        throw std::out_of_range{"no such queue"};
    }
};

TEST_P(CommandConformance, AllThatFitAreDone) {
    const auto ids = insert_many(25);
    for (int i = 0; i < 10; ++i)
        fail(ids[static_cast<std::size_t>(i)]);
    const CommandId id = start(in_state(failed), Verb::requeue);
    settle_down();
    EXPECT_EQ(count_of(failed), 0);
    const Command command = operations.find(id).value();
    EXPECT_EQ(command.verb, Verb::requeue);
    EXPECT_EQ(command.by, "somebody");
    EXPECT_FALSE(command.filter.empty());
    EXPECT_EQ(command.looked_at, 10);
    EXPECT_EQ(command.done, 10);
    EXPECT_EQ(command.not_possible, 0);
    EXPECT_EQ(command.created_at, clock.now());
    EXPECT_EQ(command.finished_at, clock.now());
    EXPECT_EQ(queries.events(ids[0]).back().by, "somebody");
}

TEST_P(CommandConformance, WhatIsNotPossibleIsCounted) {
    const auto ids = insert_many(4, job_in("q"));
    succeed(ids[0]);
    JobFilter filter;
    filter.queue = QueueName{"q"};
    const CommandId id = start(filter, Verb::cancel);
    settle_down();
    const Command command = operations.find(id).value();
    EXPECT_EQ(command.looked_at, 4);
    EXPECT_EQ(command.done, 3);
    EXPECT_EQ(command.not_possible, 1);
    EXPECT_EQ(find(ids[1]).cancel_requested_at, clock.now());
}

TEST_P(CommandConformance, JobsThatComeLaterAreLeftAlone) {
    insert_many(3);
    start(in_state(enqueued), Verb::remove);
    clock.advance(1us);
    const JobId later = insert();
    settle_down();
    EXPECT_EQ(count_of(deleted), 3);
    EXPECT_EQ(state_of(later), enqueued);
}

TEST_P(CommandConformance, ItGoesOnInSmallSteps) {
    insert_many(10);
    start(in_state(enqueued), Verb::remove);
    std::size_t steps = 0;
    while (operations.go_on(3) > 0)
        ASSERT_LT(++steps, 100u);
    EXPECT_EQ(count_of(deleted), 10);
    EXPECT_EQ(operations.go_on(3), 0u);
}

TEST_P(CommandConformance, WhatItMovesAlongItsWayIsDoneOnce) {
    NewJob later = job();
    later.due_at = clock.now() + 10min;
    const auto ids = insert_many(5, later);
    const CommandId reschedule = start(in_state(scheduled), Verb::reschedule);
    while (operations.go_on(2) > 0) {
    }
    EXPECT_EQ(operations.find(reschedule)->done, 5);
    EXPECT_EQ(operations.find(reschedule)->looked_at, 5);

    const auto waiting = insert_many(5);
    const CommandId move =
        operations.start(in_state(enqueued), {.verb = Verb::move, .by = "somebody", .priority = -10});
    while (operations.go_on(2) > 0) {
    }
    EXPECT_EQ(operations.find(move)->done, 5);
    EXPECT_EQ(operations.find(move)->looked_at, 5);
    for (const JobId id : {ids.front(), ids.back(), waiting.front(), waiting.back()})
        EXPECT_EQ(queries.events(id).size(), 1u);
}

TEST_P(CommandConformance, EveryFilterCounts) {
    NewJob tagged = job("x.job");
    tagged.tags = {"red"};
    insert(tagged);
    std::vector<JobId> members;
    const BatchId of = submit_batch(1, members);
    const JobId plain = insert();
    JobFilter by_tag;
    by_tag.tag = "red";
    JobFilter by_batch;
    by_batch.batch = of;
    start(by_tag, Verb::remove);
    start(by_batch, Verb::reschedule);
    settle_down();
    EXPECT_EQ(state_of(tagged.id), deleted);
    EXPECT_EQ(state_of(members[0]), scheduled);
    EXPECT_EQ(state_of(plain), enqueued);
    EXPECT_TRUE(is_refused([&] { start({}, Verb::remove); }));
}

TEST_P(CommandConformance, CommandsAreListedFromTheNewest) {
    const CommandId first = start(in_state(failed), Verb::requeue);
    const CommandId second = start(in_state(enqueued), Verb::remove);
    settle_down();
    const auto all = operations.commands(10);
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0].id, second);
    EXPECT_EQ(all[1].id, first);
    EXPECT_EQ(operations.commands(1).size(), 1u);
    EXPECT_EQ(all[1].looked_at, 0);
    EXPECT_TRUE(all[1].finished_at.has_value());
    EXPECT_FALSE(operations.find(CommandId{999}).has_value());
}

TEST_P(CommandConformance, AQueueIsPausedAndResumed) {
    insert(job_in("b"));
    operations.pause(QueueName{"a"}, "somebody", "maintenance", {});
    const auto queues = operations.queues();
    ASSERT_EQ(queues.size(), 2u);
    EXPECT_EQ(queues[0].name.value, "a");
    EXPECT_EQ(queues[0].paused_at, clock.now());
    EXPECT_EQ(queues[0].paused_until, std::nullopt);
    EXPECT_EQ(queues[0].paused_by, "somebody");
    EXPECT_EQ(queues[0].reason, "maintenance");
    EXPECT_EQ(queues[1].paused_at, std::nullopt);
    EXPECT_TRUE(operations.resume(QueueName{"a"}, "somebody"));
    EXPECT_FALSE(operations.resume(QueueName{"a"}, "somebody"));
    EXPECT_FALSE(operations.resume(QueueName{"b"}, "somebody"));
    EXPECT_FALSE(operations.resume(QueueName{"none"}, "somebody"));
    EXPECT_EQ(queue("a").paused_at, std::nullopt);
    EXPECT_EQ(queue("a").paused_by, "");
}

TEST_P(CommandConformance, PausingAgainChangesReasonAndEnd) {
    const TimePoint first = clock.now();
    operations.pause(QueueName{"a"}, "one", "maintenance", {});
    clock.advance(1s);
    operations.pause(QueueName{"a"}, "other", "longer", clock.now() + 1h);
    EXPECT_EQ(queue("a").paused_at, first);
    EXPECT_EQ(queue("a").paused_by, "one");
    EXPECT_EQ(queue("a").reason, "longer");
    EXPECT_EQ(queue("a").paused_until, clock.now() + 1h);
}

TEST_P(CommandConformance, APauseThatHasEndedIsNone) {
    operations.pause(QueueName{"a"}, "one", "maintenance", clock.now() + 1h);
    clock.advance(1h);
    EXPECT_EQ(queue("a").paused_at, std::nullopt);
    EXPECT_EQ(queue("a").paused_until, std::nullopt);
    EXPECT_EQ(queue("a").reason, "");
    EXPECT_FALSE(operations.resume(QueueName{"a"}, "one"));
    operations.pause(QueueName{"a"}, "two", "again", {});
    EXPECT_EQ(queue("a").paused_at, clock.now());
    EXPECT_EQ(queue("a").paused_by, "two");
}

TEST_P(CommandConformance, WhatRunsInAPausedQueueGoesOn) {
    const JobId id = insert(job_in("a"));
    const ClaimedJob run = run_of(id);
    operations.pause(QueueName{"a"}, "one", "maintenance", {});
    finish(success_of(run));
    EXPECT_EQ(state_of(id), succeeded);
}

TEST_P(CommandConformance, NamesOfThoseWhoAskAreLimited) {
    std::vector<JobId> members;
    const BatchId of = submit_batch(1, members);
    operations.pause(QueueName{"a"}, "one", "why", {});
    for (const std::string& bad : {std::string(kMaxNameSize + 1, 'n'), std::string{"\xff"}}) {
        EXPECT_TRUE(is_refused([&] { operations.pause(QueueName{"b"}, bad, "why", {}); }));
        EXPECT_TRUE(is_refused([&] { operations.resume(QueueName{"a"}, bad); }));
        EXPECT_TRUE(is_refused([&] { operations.run_again(members[0], {}, bad); }));
        EXPECT_TRUE(is_refused([&] { workflows.cancel(of, bad); }));
    }
    EXPECT_EQ(operations.queues().size(), 2u);
    EXPECT_TRUE(queue("a").paused_at.has_value());
    EXPECT_EQ(listed({}).size(), 1u);
    EXPECT_EQ(batch_of(of).cancel_requested_at, std::nullopt);
}

TEST_P(CommandConformance, NamesOfQueuesAreLimited) {
    for (const std::string& bad : {std::string{}, std::string(kMaxNameSize + 1, 'q'), std::string{"\xff"}})
        EXPECT_TRUE(is_refused([&] { operations.pause(QueueName{bad}, "one", "why", {}); }));
    EXPECT_TRUE(operations.queues().empty());
}

INSTANTIATE_TEST_SUITE_P(Databases, CommandConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
