#include "tests/storage/conformance/workflow_conformance.hpp"

#include <gmock/gmock.h>

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class OperationConformance : public WorkflowConformance {
protected:
    OperationConformance() { limits.set(std::vector{Limit{.name = "m"}}); }

    // A job of its own in that state.
    JobId job_that_is(StateName state) {
        if (state == awaiting) return insert_after(insert());
        if (state == scheduled) {
            NewJob made = job();
            made.due_at = clock.now() + 1h;
            return insert(made);
        }
        const JobId id = insert();
        if (state == processing) run_of(id);
        if (is_final(state)) end(id, state);
        return id;
    }
    Operation operation(Verb verb) {
        Operation made{.verb = verb, .by = "somebody"};
        if (verb == Verb::reschedule) made.at = clock.now() + 1min;
        if (verb == Verb::move) made.priority = 7;
        return made;
    }
    std::optional<JobEvent> last_event(JobId id) {
        const auto events = queries.events(id);
        return events.empty() ? std::nullopt : std::optional{events.back()};
    }
};

struct Outcome {
    Verb verb;
    Cause cause;
    // By state, in their order: what it becomes; nothing: not possible.
    std::array<std::optional<StateName>, 7> becomes;
};

TEST_P(OperationConformance, EachVerbInEachState) {
    const std::optional<StateName> no;
    const Outcome outcomes[] = {
        {Verb::requeue, Cause::requeued, {enqueued, enqueued, no, no, enqueued, enqueued, enqueued}},
        {Verb::remove, Cause::deleted, {deleted, deleted, deleted, no, no, deleted, no}},
        {Verb::cancel, Cause::cancelled, {deleted, deleted, deleted, processing, no, no, no}},
        {Verb::reschedule, Cause::rescheduled, {scheduled, scheduled, scheduled, no, no, scheduled, no}},
        {Verb::move, Cause::moved, {awaiting, scheduled, enqueued, no, no, no, no}},
    };
    for (const Outcome& outcome : outcomes)
        for (const StateName from : {awaiting, scheduled, enqueued, processing, succeeded, failed, deleted}) {
            const JobId id = job_that_is(from);
            const auto about = std::string{to_string(outcome.verb)} + " " + std::string{to_string(from)};
            const auto becomes = outcome.becomes.at(static_cast<std::size_t>(from));
            const int attempt = find(id).attempt;

            const Operated operated = operate(id, operation(outcome.verb));

            EXPECT_EQ(operated, !becomes                 ? Operated::not_possible
                                : *becomes == processing ? Operated::asked
                                                         : Operated::done)
                << about;
            EXPECT_EQ(state_of(id), becomes.value_or(from)) << about;
            const auto event = last_event(id);
            ASSERT_EQ(event.has_value(), becomes.has_value()) << about;
            if (!event) continue;
            EXPECT_EQ(event->cause, outcome.cause) << about;
            EXPECT_EQ(event->by, "somebody") << about;
            EXPECT_EQ(event->at, clock.now()) << about;
            EXPECT_EQ(event->attempt, attempt) << about;
        }
}

TEST_P(OperationConformance, ReasonsTellWhoDidIt) {
    const auto ids = insert_many(2);
    operate(ids[0], Verb::remove);
    EXPECT_EQ(reason_of(ids[0]), Reason::by_person);
    operate(ids[1], Verb::cancel);
    EXPECT_EQ(reason_of(ids[1]), Reason::cancelled);
    const JobId planned = insert();
    reschedule(planned, clock.now() + 1h);
    EXPECT_EQ(reason_of(planned), Reason::rescheduled);
    EXPECT_EQ(due_of(planned), clock.now() + 1h);
}

TEST_P(OperationConformance, ARequeuedJobBeginsAnew) {
    NewJob made = job_in("reports", 3);
    made.expires_at = clock.now() + 1h;
    insert(made);
    const ClaimedJob run = run_of(made.id);
    Settlement end = failure_of(run);
    end.new_crashes = 1;
    end.new_interruptions = 1;
    end.new_warnings = 2;
    finish(end);
    clock.advance(2h);
    EXPECT_EQ(requeue(made.id), Operated::done);

    const Job again = find(made.id);
    EXPECT_EQ(again.attempt, 0);
    EXPECT_EQ(again.crashes, 0);
    EXPECT_EQ(again.recoveries, 0);
    EXPECT_EQ(again.warnings, 2);
    EXPECT_EQ(again.started_at, std::nullopt);
    EXPECT_EQ(again.finished_at, std::nullopt);
    EXPECT_EQ(again.expires_at, std::nullopt);
    EXPECT_EQ(again.priority, 3);
    EXPECT_EQ(again.queue.value, "reports");
    EXPECT_EQ(std::get<Enqueued>(again.state).since, clock.now());
    const ClaimedJob second = run_of(made.id);
    EXPECT_EQ(second.attempt, 1);
    EXPECT_EQ(second.interruptions, 0);
    EXPECT_GT(second.lease, run.lease);
    EXPECT_EQ(settle(success_of(run)), Moved::lost);
}

TEST_P(OperationConformance, ACancelledRunEndsAndIsForgottenByARequeue) {
    const JobId id = insert();
    const ClaimedJob run = run_of(id);
    EXPECT_EQ(operate(id, Verb::cancel), Operated::asked);
    EXPECT_EQ(find(id).cancel_requested_at, clock.now());
    const TimePoint first = clock.now();
    clock.advance(1s);
    EXPECT_EQ(operate(id, Verb::cancel), Operated::asked);
    EXPECT_EQ(find(id).cancel_requested_at, first);
    EXPECT_EQ(queries.events(id).size(), 1u);
    finish(retry_of(run, 1s));
    EXPECT_EQ(reason_of(id), Reason::cancelled);
    EXPECT_EQ(requeue(id), Operated::done);
    EXPECT_EQ(find(id).cancel_requested_at, std::nullopt);
    EXPECT_TRUE(can_run(id));
}

TEST_P(OperationConformance, AMoveKeepsTheTimeOfWaiting) {
    const JobId first = insert(job_in("a"));
    clock.advance(5s);
    const JobId second = insert(job_in("a"));
    const JobId third = insert(job_in("b"));
    EXPECT_EQ(operate(second, Operation{.verb = Verb::move, .by = "x", .priority = 10}), Operated::done);
    EXPECT_EQ(
        operate(third, Operation{.verb = Verb::move, .by = "x", .queue = QueueName{"c"}, .priority = 20}),
        Operated::done);
    EXPECT_EQ(find(third).queue.value, "c");
    EXPECT_EQ(find(third).priority, 20);
    EXPECT_EQ(ids_of(claim(3)), (std::vector{third, second, first}));
    EXPECT_EQ(queries.count(QueueName{"b"}, {}), StateCounts{});
    EXPECT_FALSE(upkeep.recount());
}

TEST_P(OperationConformance, AMovedJobIsOrderedByItsNewPriorityWhenItIsDue) {
    NewJob made = job();
    made.due_at = clock.now() + 1s;
    insert(made);
    operate(made.id, Operation{.verb = Verb::move, .by = "x", .priority = 10});
    clock.advance(1s);
    const JobId other = insert();
    jobs.promote_due(1);
    EXPECT_EQ(ids_of(claim(2)), (std::vector{made.id, other}));
}

TEST_P(OperationConformance, WhatIsNotThereIsNotFound) {
    const std::vector ids{insert(), jobs.reserve_ids(1), insert()};
    EXPECT_EQ(operations.operate(ids, operation(Verb::remove)),
              (std::vector{Operated::done, Operated::not_found, Operated::done}));
    EXPECT_TRUE(operations.operate({}, operation(Verb::remove)).empty());
}

TEST_P(OperationConformance, EachJobIsAnsweredInItsPlace) {
    const JobId over = job_that_is(succeeded);
    const JobId ready = insert();
    EXPECT_EQ(operations.operate(std::vector{over, ready, ready}, operation(Verb::remove)),
              (std::vector{Operated::not_possible, Operated::done, Operated::not_possible}));
}

TEST_P(OperationConformance, SenselessOperationsAreRefused) {
    const JobId id = insert();
    std::vector<Operation> bad(7, operation(Verb::move));
    bad[0] = {.verb = Verb::reschedule, .by = "x"};
    bad[1] = {.verb = Verb::move, .by = "x"};
    bad[2].priority = kMaxPriority + 1;
    bad[3].queue = QueueName{""};
    bad[4].queue = QueueName{std::string(kMaxNameSize + 1, 'q')};
    bad[5].by = "\xff";
    bad[6].by = std::string(kMaxNameSize + 1, 'b');
    for (const Operation& each : bad) {
        EXPECT_TRUE(is_refused([&] { operations.operate({&id, 1}, each); }));
        EXPECT_TRUE(is_refused(
            [&] { operations.start({.state = enqueued, .queue = {}, .type = {}, .definition = {}}, each); }));
    }
    EXPECT_EQ(state_of(id), enqueued);
}

TEST_P(OperationConformance, RunAgainMakesAJobLikeIt) {
    NewJob made = job_in("reports", 3);
    made.arguments = R"({"n":1})";
    made.policy.timeout = 77s;
    made.tags = {"red"};
    made.limits = {{"m", "k"}};
    made.parents = {after(insert())};
    insert(made);

    const JobId same = operations.run_again(made.id, {}, "somebody");
    const Job found = find(same);
    EXPECT_NE(same, made.id);
    EXPECT_EQ(name_of(found.state), enqueued);
    EXPECT_EQ(found.type, made.type);
    EXPECT_EQ(found.queue, made.queue);
    EXPECT_EQ(found.priority, 3);
    EXPECT_EQ(found.arguments, made.arguments);
    EXPECT_EQ(found.policy, made.policy);
    EXPECT_EQ(found.tags, made.tags);
    EXPECT_EQ(found.limits, made.limits);
    EXPECT_EQ(last_event(same)->by, "somebody");
    EXPECT_EQ(last_event(same)->cause, Cause::requeued);
    EXPECT_EQ(find(operations.run_again(made.id, R"({"n":2})", "x")).arguments, R"({"n":2})");
    EXPECT_TRUE(is_refused([&] { operations.run_again(made.id, "no JSON", "x"); }));
    EXPECT_TRUE(is_refused([&] { operations.run_again(jobs.reserve_ids(1), {}, "x"); }));
    EXPECT_EQ(state_of(made.id), awaiting);
}

TEST_P(OperationConformance, RunAgainNamesTheJobThatItWasAskedFor) {
    NewJob made = job_in("default", 0);
    made.limits = {{"m", "k"}};
    insert(made);
    limits.remove("m");
    const std::string problem = refusal_of([&] { operations.run_again(made.id, {}, "x"); });
    if (GetParam().name == "model") return;  // it has words of its own
    EXPECT_TRUE(problem.starts_with("job " + std::to_string(made.id.value) + " needs the limit 'm'"))
        << problem;
}

TEST_P(OperationConformance, RunAgainTakesTheUniqueKey) {
    NewJob made = job_in("default", 0);
    made.unique = Unique{.key = "k", .on_conflict = OnConflict::replace};
    insert(made);
    EXPECT_TRUE(is_refused([&] { operations.run_again(made.id, R"({"n":2})", "x"); }));
    EXPECT_EQ(find(made.id).arguments, made.arguments);
    operate(made.id, Verb::remove);

    const JobId same = operations.run_again(made.id, {}, "x");
    EXPECT_THAT(refusal_of([&] { operations.run_again(made.id, {}, "x"); }),
                testing::HasSubstr("job " + std::to_string(same.value) + " has"));
    NewJob third = made;
    third.id = jobs.reserve_ids(1);
    third.unique->on_conflict = OnConflict::skip;
    EXPECT_EQ(jobs.insert({&third, 1}), (std::vector{Inserted{same, false}}));
    operate(same, Verb::remove);
    const JobId again = operations.run_again(same, {}, "x");
    EXPECT_EQ(operations.operate({&made.id, 1}, {.verb = Verb::requeue, .by = "x"}),
              std::vector{Operated::taken});
    EXPECT_EQ(state_of(again), enqueued);
}

TEST_P(OperationConformance, RunAgainOpensTheWindowOfItsKeyAnew) {
    NewJob made = job_in("default", 0);
    made.unique = Unique{.key = "k", .held = HeldWhile::window, .window = 1h};
    insert(made);
    EXPECT_TRUE(is_refused([&] { operations.run_again(made.id, {}, "x"); }));
    clock.advance(1h);
    const JobId again = operations.run_again(made.id, {}, "x");
    clock.advance(59min);
    NewJob third = made;
    third.id = jobs.reserve_ids(1);
    EXPECT_EQ(jobs.insert({&third, 1}), (std::vector{Inserted{again, false}}));
    clock.advance(1min);
    EXPECT_EQ(jobs.insert({&third, 1}), (std::vector{Inserted{third.id}}));
}

TEST_P(OperationConformance, AJobThatIsNotScheduledAnyMoreIsNotDue) {
    const std::vector<JobId> ids{job_that_is(scheduled), job_that_is(scheduled), job_that_is(scheduled)};
    operate(ids[0], Verb::remove);
    operate(ids[1], Verb::requeue);
    reschedule(ids[2], clock.now() + 2h);
    EXPECT_EQ(jobs.promote_due(10).next_due_at, clock.now() + 2h);
    clock.advance(1h);
    EXPECT_EQ(jobs.promote_due(10).count, 0u);
    EXPECT_EQ(state_of(ids[0]), deleted);
    EXPECT_EQ(claimed(), std::vector{ids[1]});
    clock.advance(1h);
    EXPECT_EQ(jobs.promote_due(10).count, 1u);
    EXPECT_EQ(claimed(), std::vector{ids[2]});
}

TEST_P(OperationConformance, OnlyTheServerThatRunsAJobIsAskedToStopIt) {
    const ClaimedJob run = run_of(insert());
    const ServerId other = enter_worker("other");
    claim(1, other);
    operate(run.id, Verb::cancel);
    EXPECT_TRUE(jobs.cancelled_runs_of(other, 10).empty());
    EXPECT_EQ(jobs.cancelled_runs_of(server, 10), (std::vector{HeldRun{run.id, run.lease}}));
}

TEST_P(OperationConformance, OnlyWhatConcernsJobsThatExistIsACommand) {
    operations.operate(std::vector{jobs.reserve_ids(1)}, operation(Verb::remove));
    EXPECT_TRUE(operations.commands(10).empty());
    const JobId id = insert();
    operations.operate(std::vector{jobs.reserve_ids(1), id}, operation(Verb::remove));
    for (const Command& command : operations.commands(10))
        EXPECT_EQ(command.job, id);
}

INSTANTIATE_TEST_SUITE_P(Databases, OperationConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
