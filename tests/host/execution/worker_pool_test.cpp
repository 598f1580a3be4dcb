// What a lease that runs down does to real workers; the lease's clock is the test's.
#include "tests/host/execution/worker_pool_fixture.hpp"

namespace jobhost::host {
namespace {

TEST_F(WorkerPoolTest, AJobGetsWhatItsParentHasLeft) {
    run_after({{{JobId{7}}, true, R"({"rows":5})"}}, R"({"n":"${parent.result.rows}","text":"$${a}"})");
    ASSERT_TRUE(wait_ended(1));
    EXPECT_EQ(end_of(1).result, R"({"n":5,"text":"${a}"})");
}

TEST_F(WorkerPoolTest, ArgumentsOfSomebodyAreTakenAsTheyAre) {
    run_after({{{JobId{7}}, true, "5"}}, R"({"n":"${parent.result}"})", false);
    ASSERT_TRUE(wait_ended(1));
    EXPECT_EQ(end_of(1).result, R"({"n":"${parent.result}"})");
}

TEST_F(WorkerPoolTest, WithoutTheResultOfItsParentAJobCannotRun) {
    run_after({{{JobId{7}}, true, ""}}, R"({"n":"${parent.result.rows}"})");
    ASSERT_TRUE(wait_ended(1));
    EXPECT_EQ(end_of(1).outcome, Outcome::fatal);
    EXPECT_EQ(end_of(1).error_code, "unresolved_reference");
    EXPECT_EQ(end_of(1).error_message,
              "n: '${parent.result.rows}' has no value: the job that it waited for has left no result");
    run(2, "succeed");
    ASSERT_TRUE(wait_ended(2)) << "its worker is free";
}

TEST_F(WorkerPoolTest, NothingBeginsOnceHalfOfTheLeaseIsGone) {
    run(1, "succeed");
    ASSERT_TRUE(wait_ended(1));
    clock.advance(10s);

    run(2, "succeed");
    io.restart();
    io.poll();
    EXPECT_EQ(ended.size(), 1u) << "its worker is idle, and it waits all the same";

    renew();
    ASSERT_TRUE(wait_ended(2));
    EXPECT_EQ(end_of(2).outcome, Outcome::succeeded);
}

TEST_F(WorkerPoolTest, WhatWaitsWhenTheLeaseFailsIsGivenBackUnbegun) {
    run(1, "succeed");
    ASSERT_TRUE(wait_ended(1));
    clock.advance(16s);
    run(2, "succeed");

    pool->cancel(Interruption::lease_ends);

    ASSERT_EQ(ended.size(), 2u);
    EXPECT_EQ(end_of(2).outcome, Outcome::not_begun);
}

TEST_F(WorkerPoolTest, AJobThatHeedsTheCancellationGivesItsAttemptBack) {
    run(1, "polite");
    run(2, "succeed");
    ASSERT_TRUE(wait_ended(1));

    pool->cancel(Interruption::lease_ends);

    ASSERT_TRUE(wait_ended(2));
    EXPECT_EQ(end_of(1).outcome, Outcome::interrupted);
    EXPECT_THAT(end_of(1).error_message, testing::HasSubstr("lost touch with the database"));
}

TEST_F(WorkerPoolTest, ACancelledJobEndsWhenItIsAsked) {
    run(1, "polite");
    run(2, "succeed");
    ASSERT_TRUE(wait_ended(1));

    pool->cancel_run({JobId{1}, Lease{1}});
    pool->cancel_run({JobId{1}, Lease{1}});

    ASSERT_TRUE(wait_ended(2));
    EXPECT_EQ(end_of(1).outcome, Outcome::cancelled);
    EXPECT_EQ(end_of(1).error_code, "cancelled");
}

TEST_F(WorkerPoolTest, ACancelledJobThatDoesNotEndIsKilledAfterItsPolicysTime) {
    run(1, "spin", {.policy = {.kill_after = 100ms}});
    run(2, "succeed");
    ASSERT_TRUE(wait_ended(1));

    pool->cancel_run({JobId{1}, Lease{1}});

    ASSERT_TRUE(wait_ended(2));
    EXPECT_EQ(end_of(1).outcome, Outcome::cancelled) << "and no crash";
    EXPECT_THAT(end_of(1).error_message, testing::HasSubstr("was killed"));
}

TEST_F(WorkerPoolTest, ACancelledJobThatHasNotBegunNeverBegins) {
    run(1, "succeed");

    pool->cancel_run({JobId{1}, Lease{2}});
    EXPECT_TRUE(ended.empty()) << "that is another run";
    pool->cancel_run({JobId{1}, Lease{1}});

    ASSERT_EQ(ended.size(), 1u);
    EXPECT_EQ(end_of(1).outcome, Outcome::cancelled);
}

TEST_F(WorkerPoolTest, AJobThatWasLostTooOftenGetsAWorkerThatRunsNothingElse) {
    run(1, "process");
    ASSERT_TRUE(wait_ended(1));
    run(2, "process");
    ASSERT_TRUE(wait_ended(2));
    EXPECT_EQ(end_of(2).result, end_of(1).result) << "workers are used again";

    run(3, "process", {.crashes = 2});
    ASSERT_TRUE(wait_ended(3));
    run(4, "process", {.recoveries = 3});
    ASSERT_TRUE(wait_ended(4));

    EXPECT_NE(end_of(3).result, end_of(1).result);
    EXPECT_NE(end_of(4).result, end_of(1).result);
    EXPECT_NE(end_of(4).result, end_of(3).result) << "it has ended after its job";
    run(5, "process");
    ASSERT_TRUE(wait_ended(5));
    EXPECT_EQ(end_of(5).result, end_of(1).result) << "others go on as before";
}

TEST_F(WorkerPoolTest, ARetiredPoolEndsItsRunsAndGivesBackTheRest) {
    run(1, "polite");  // until it is asked to stop
    ASSERT_TRUE(wait_until([&] { return pool->is_ready(); }));
    run(2, "spin");
    std::vector<Assignment> rest = pool->retire();
    EXPECT_TRUE(pool->is_retired());
    EXPECT_EQ(emptied, 0);
    ASSERT_EQ(rest.size(), 1u);
    EXPECT_EQ(rest.at(0).job.id, JobId{2}) << "it had no worker yet";
    EXPECT_TRUE(ended.empty()) << "it goes on in its own time";
    pool->cancel_run({JobId{1}, Lease{1}, "enough"});
    ASSERT_TRUE(wait_ended(1));
    ASSERT_TRUE(wait_empty()) << "its worker ends with it";
    EXPECT_EQ(emptied, 1);
}

struct ImpatientPoolTest : WorkerPoolTest {
    ImpatientPoolTest() { drain_timeout = 50ms; }
};

TEST_F(ImpatientPoolTest, ARunWhoseTimeInARetiredPoolIsOverIsInterrupted) {
    run(1, "polite");
    ASSERT_TRUE(wait_until([&] { return pool->is_ready(); }));
    pool->retire();
    ASSERT_TRUE(wait_ended(1)) << "it ends as soon as it is asked to save its work";
    EXPECT_EQ(end_of(1).outcome, Outcome::interrupted);
    EXPECT_EQ(end_of(1).error_message, "a later version of its plugin has taken over");
    ASSERT_TRUE(wait_empty());
}

TEST_F(WorkerPoolTest, ALostLeaseLeavesNoWorkerAndARenewedOneBeginsAnew) {
    begin_to_spin();
    clock.advance(19s);

    pool->fence_off();

    ASSERT_TRUE(wait_empty()) << "and none is started";
    EXPECT_EQ(end_of(1).outcome, Outcome::interrupted) << "its attempt is given back, and no crash counted";
    renew();
    run(3, "succeed");
    ASSERT_TRUE(wait_until([&] { return ended.back().job == JobId{3}; }));
    EXPECT_EQ(end_of(3).outcome, Outcome::succeeded);
}

TEST_F(WorkerPoolTest, AWorkerThatItsFenceEndsCostsNoAttempt) {
    begin_to_spin();
    pool->move_fences(worker::boot_time_now() + 200ms);

    ASSERT_TRUE(wait_ended(2));

    EXPECT_EQ(end_of(1).outcome, Outcome::interrupted);
    EXPECT_THAT(end_of(1).error_message, testing::HasSubstr("its worker ended by itself"));
}

struct WorkerPoolRequestTest : WorkerPoolTest {
    // Runs a job that asks, and answers with `count` jobs that are to be handed in on success.
    RunEnd end_with_jobs(std::size_t count, const std::string& arguments = "{}", bool is_told_twice = false) {
        const std::size_t before = requests.size();
        run(static_cast<std::int64_t>(before) + 1, "enqueue");
        EXPECT_TRUE(wait_until([&] { return requests.size() > before; }));
        std::vector<NewJob> jobs(count);
        if (!jobs.empty()) jobs.front().arguments = arguments;
        JobAnswer answer{.job = requests.back().job,
                         .lease = requests.back().lease,
                         .reply = {.number = requests.back().message.number},
                         .call = 1,
                         .jobs = jobs};
        pool->answer({.job = JobId{99}, .lease = Lease{1}, .reply = answer.reply});
        pool->answer({.job = answer.job, .lease = Lease{2}, .reply = answer.reply});
        JobAnswer late = answer;
        late.reply.number += 1;
        if (is_told_twice) pool->answer(late);
        pool->answer(answer);
        EXPECT_TRUE(wait_ended(before + 1));
        return ended.back().end;
    }
};

TEST_F(WorkerPoolRequestTest, AnswersReachTheRunThatAskedAndJobsGoWithItsSuccess) {
    const RunEnd end = end_with_jobs(2);
    EXPECT_EQ(end.result, "\"0: \"");
    EXPECT_EQ(end.jobs.size(), 2u);
    EXPECT_TRUE(end_with_jobs(0).jobs.empty()) << "those of another run";
}

TEST_F(WorkerPoolRequestTest, MoreJobsThanOneTransactionTakesAreRefused) {
    const RunEnd end = end_with_jobs(1001);
    EXPECT_THAT(end.result,
                testing::HasSubstr("9: a run can hand in at most 1,000 jobs of 4 MiB on success"));
    EXPECT_TRUE(end.jobs.empty());
    EXPECT_EQ(end_with_jobs(1000).jobs.size(), 1000u);
}

TEST_F(WorkerPoolRequestTest, LargerJobsThanOneTransactionTakesAreRefused) {
    EXPECT_TRUE(end_with_jobs(1, std::string((std::size_t{4} << 20) + 1, 'x')).jobs.empty());
    EXPECT_EQ(end_with_jobs(1, std::string(std::size_t{4} << 20, 'x')).jobs.size(), 1u);
}

TEST_F(WorkerPoolRequestTest, ACallThatWasAnsweredTwiceCountsOnce) {
    EXPECT_EQ(end_with_jobs(2, "{}", true).jobs.size(), 2u);
}

struct ShortJobsTest : WorkerPoolTest {
    std::int64_t next = 1000;
    void SetUp() override {
        WorkerPoolTest::SetUp();
        // As many workers as there are processors, and a type of which it is known how short it is.
        while (ended.size() < 200) {
            const std::size_t before = ended.size();
            for (int i = 0; i < 4; ++i)
                run(next++, "succeed");
            ASSERT_TRUE(wait_ended(before + 4));
        }
        ended.clear();
    }
};

TEST_F(ShortJobsTest, WhatWaitsBehindAJobThatTakesLongerRunsElsewhere) {
    run(1, "spin");
    for (int i = 2; i <= 40; ++i)
        run(i, "succeed");
    ASSERT_TRUE(wait_ended(39));
    pool->kill(Interruption::host_stops);
    ASSERT_TRUE(wait_ended(40));
    EXPECT_EQ(end_of(1).outcome, Outcome::interrupted);
}

TEST_F(ShortJobsTest, ATypeThatHangsForOnceHoldsUpNobody) {
    const auto run_one = [&](std::int64_t id, const std::string& arguments) {
        ClaimedJob job;
        job.id = JobId{id};
        job.lease = Lease{1};
        job.arguments = arguments;
        pool->run({std::move(job), "jobs.hang_at_times"});
    };
    for (int i = 0; i < 100; ++i) {
        run_one(next++, "{}");
        ASSERT_TRUE(wait_ended(static_cast<std::size_t>(i) + 1));
    }
    ended.clear();
    const auto hanging = static_cast<std::int64_t>(std::thread::hardware_concurrency()) + 2;
    for (std::int64_t id = 1; id <= hanging; ++id)
        run_one(id, R"({"hang": true})");
    for (std::int64_t id = 501; id <= 540; ++id)
        run_one(id, "{}");
    ASSERT_TRUE(wait_ended(40)) << ended.size();
    for (std::int64_t id = 501; id <= 540; ++id)
        EXPECT_EQ(end_of(id).outcome, Outcome::succeeded) << id;
    pool->kill(Interruption::host_stops);
    EXPECT_TRUE(wait_ended(40 + static_cast<std::size_t>(hanging)));
}

TEST_F(ShortJobsTest, ACrashIsChargedToOneJob) {
    for (int i = 1; i <= 40; ++i)
        run(i, i == 20 ? "abort" : "succeed");
    ASSERT_TRUE(wait_ended(40));
    for (int i = 1; i <= 40; ++i)
        EXPECT_EQ(end_of(i).outcome, i == 20 ? Outcome::crashed : Outcome::succeeded) << i;
}

TEST_F(ShortJobsTest, OneThatIsCancelledIsRecordedOnce) {
    for (int i = 1; i <= 60; ++i)
        run(i, "succeed");
    for (int i = 31; i <= 60; ++i)
        pool->cancel_run({JobId{i}, Lease{1}});
    ASSERT_TRUE(wait_ended(60));
    for (int i = 1; i <= 30; ++i)
        EXPECT_EQ(end_of(i).outcome, Outcome::succeeded) << i;
    for (int i = 31; i <= 60; ++i)
        EXPECT_TRUE(end_of(i).outcome == Outcome::cancelled || end_of(i).outcome == Outcome::succeeded) << i;
}

TEST_F(ShortJobsTest, AHostThatStopsGivesBackWhatHasNotBegun) {
    for (int i = 1; i <= 60; ++i)
        run(i, "succeed");
    pool->drain();
    ASSERT_TRUE(wait_ended(60));
    for (int i = 1; i <= 60; ++i)
        EXPECT_TRUE(end_of(i).outcome == Outcome::not_begun || end_of(i).outcome == Outcome::succeeded) << i;
    pool->dismiss();
    EXPECT_TRUE(wait_empty());
}

}  // namespace
}  // namespace jobhost::host
