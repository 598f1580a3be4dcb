#include "host/execution/settle.hpp"

#include <gtest/gtest.h>

namespace jobhost::host {
namespace {

using namespace std::chrono_literals;

struct SettleTest : testing::Test {
    const TimePoint finished{1000s};
    ClaimedJob job{.id = JobId{7}, .lease = Lease{3}, .attempt = 1};

    RunEnd ended(Outcome outcome) {
        return {.outcome = outcome,
                .error_code = outcome == Outcome::succeeded ? "" : "boom",
                .error_message = "it went wrong",
                .result = "42",
                .warnings = 2,
                .started_at = TimePoint{999s},
                .finished_at = finished};
    }
    storage::Settlement settle(Outcome outcome) { return settlement_of(job, ended(outcome), 0.0, "server"); }
};

TEST_F(SettleTest, ASuccessKeepsResultAndWarningsAndLeavesNoEvent) {
    const auto settlement = settle(Outcome::succeeded);

    const auto state = std::get<Succeeded>(settlement.target);
    EXPECT_EQ(state.result, "42");
    EXPECT_EQ(state.started_at, TimePoint{999s});
    EXPECT_EQ(settlement.new_warnings, 2);
    EXPECT_FALSE(settlement.event);
    EXPECT_EQ(settlement.lease, Lease{3});
}

TEST_F(SettleTest, AFailureIsTriedAgainAfterThePolicysDelay) {
    job.policy.retry.backoff = FixedBackoff{30s};

    const auto settlement = settle(Outcome::failed);

    EXPECT_EQ(settlement.cause, Cause::retried);
    EXPECT_EQ(std::get<Scheduled>(settlement.target).due_at, finished + 30s);
    EXPECT_EQ(std::get<Scheduled>(settlement.target).reason, Reason::retry);
    EXPECT_EQ(settlement.event->error_code, "boom");
    EXPECT_EQ(settlement.event->by, "server");
}

TEST_F(SettleTest, TenRetriesMeanElevenRuns) {
    job.attempt = 10;
    EXPECT_EQ(settle(Outcome::failed).cause, Cause::retried);

    job.attempt = 11;
    EXPECT_EQ(std::get<Failed>(settle(Outcome::failed).target).reason, Reason::exhausted);
}

TEST_F(SettleTest, RunsThatWereLostWithTheirHostUseNoRetry) {
    job.attempt = 13;
    job.recoveries = 3;
    EXPECT_EQ(settle(Outcome::failed).cause, Cause::retried);

    job.recoveries = 2;
    EXPECT_EQ(settle(Outcome::failed).cause, Cause::failed);
}

TEST_F(SettleTest, AnExhaustedJobIsDeletedWhereItsPolicySaysSo) {
    job.policy.retry = {0, HangfireBackoff{}, OnExhausted::remove};

    const auto settlement = settle(Outcome::failed);

    EXPECT_EQ(settlement.cause, Cause::deleted);
    EXPECT_EQ(std::get<Deleted>(settlement.target).reason, Reason::exhausted);
}

TEST_F(SettleTest, AFatalFailureIsNotTriedAgain) {
    EXPECT_EQ(std::get<Failed>(settle(Outcome::fatal).target).reason, Reason::fatal);
}

TEST_F(SettleTest, AnErrorThatThePolicyDoesNotRetryIsFatal) {
    job.policy.retry.fail_on = {"bo*"};
    EXPECT_EQ(settle(Outcome::failed).cause, Cause::failed);
    EXPECT_EQ(std::get<Failed>(settle(Outcome::failed).target).reason, Reason::fatal);

    job.policy.retry.fail_on = {};
    job.policy.retry.retry_on = {"smtp.*"};
    EXPECT_EQ(std::get<Failed>(settle(Outcome::timed_out).target).reason, Reason::fatal);

    job.policy.retry.retry_on = {"boom"};
    EXPECT_EQ(settle(Outcome::failed).cause, Cause::retried);
}

TEST_F(SettleTest, AnErrorThatIsNotRetriedFailsEvenWhereExhaustedJobsAreDeleted) {
    job.policy.retry.on_exhausted = OnExhausted::remove;
    job.policy.retry.fail_on = {"boom"};

    EXPECT_EQ(std::get<Failed>(settle(Outcome::failed).target).reason, Reason::fatal);
}

TEST_F(SettleTest, ARetryWithoutADelayIsEnqueuedAtOnce) {
    job.policy.retry.backoff = FixedBackoff{0s};

    const auto settlement = settle(Outcome::failed);

    EXPECT_EQ(settlement.cause, Cause::retried_at_once);
    EXPECT_EQ(name_of(settlement.target), StateName::enqueued);
    EXPECT_EQ(settlement.event->cause, Cause::retried_at_once);
}

TEST_F(SettleTest, ACrashUsesARetry) {
    job.policy.retry = {1, FixedBackoff{30s}, OnExhausted::fail};
    EXPECT_EQ(settle(Outcome::crashed).cause, Cause::retried);

    job.attempt = 2;
    job.crashes = 1;
    EXPECT_EQ(std::get<Failed>(settle(Outcome::crashed).target).reason, Reason::exhausted);
}

TEST_F(SettleTest, TheThirdCrashIsQuarantined) {
    job.crashes = 1;
    EXPECT_EQ(settle(Outcome::crashed).cause, Cause::retried);
    EXPECT_EQ(settle(Outcome::crashed).new_crashes, 1);

    job.crashes = 2;
    EXPECT_EQ(std::get<Failed>(settle(Outcome::crashed).target).reason, Reason::quarantined);
}

TEST_F(SettleTest, ATimeoutOfTheLastRunIsTheReasonOfTheFailure) {
    job.policy.retry.attempts = 0;

    EXPECT_EQ(std::get<Failed>(settle(Outcome::timed_out).target).reason, Reason::timed_out);
}

TEST_F(SettleTest, AnInterruptedRunGivesItsAttemptBackAtMostTwentyTimes) {
    EXPECT_EQ(settle(Outcome::interrupted).cause, Cause::interrupted);
    EXPECT_EQ(settle(Outcome::interrupted).new_interruptions, 1);

    job.interruptions = 19;
    EXPECT_EQ(settle(Outcome::interrupted).cause, Cause::retried);
}

TEST_F(SettleTest, ACancelledRunIsDeletedWhateverItsPolicy) {
    const auto settlement = settle(Outcome::cancelled);

    EXPECT_EQ(settlement.cause, Cause::cancelled);
    EXPECT_EQ(std::get<Deleted>(settlement.target).reason, Reason::cancelled);
    EXPECT_EQ(settlement.new_interruptions, 0);
}

TEST_F(SettleTest, WhatNeverBeganIsGivenBackWithoutATrace) {
    const auto settlement =
        settlement_of(job, {.outcome = Outcome::not_begun, .finished_at = finished}, 0.5, "server");

    EXPECT_EQ(settlement.cause, Cause::given_back);
    EXPECT_FALSE(settlement.event);
    EXPECT_FALSE(settlement.started_at);
}

TEST_F(SettleTest, ASnoozedJobRunsAgainAfterTheDelayItNamed) {
    const auto settlement = settlement_of(
        job,
        {.outcome = Outcome::snoozed, .started_at = TimePoint{999s}, .finished_at = finished, .snooze = 90s},
        0.5, "server");

    EXPECT_EQ(settlement.cause, Cause::snoozed);
    EXPECT_EQ(std::get<Scheduled>(settlement.target).due_at, finished + 90s);
    EXPECT_EQ(std::get<Scheduled>(settlement.target).reason, Reason::snoozed);
    EXPECT_FALSE(settlement.event);
}

TEST_F(SettleTest, TheDetailOfAFailureIsKeptInItsEvent) {
    RunEnd end = ended(Outcome::failed);
    end.detail = "at line 7";

    EXPECT_EQ(settlement_of(job, end, 0.5, "server").event->detail, "at line 7");
}

TEST_F(SettleTest, JobsAreHandedInByASuccessAlone) {
    RunEnd end = ended(Outcome::succeeded);
    end.jobs.resize(2);
    EXPECT_EQ(settlement_of(job, end, 0.5, "server").jobs.size(), 2u);

    end.outcome = Outcome::failed;
    EXPECT_TRUE(settlement_of(job, end, 0.5, "server").jobs.empty());
    EXPECT_FALSE(settlement_of(job, end, 0.5, "server").if_refused);
}

TEST_F(SettleTest, ASuccessWhoseJobsAreRefusedIsAFailureLikeAnyOther) {
    RunEnd end = ended(Outcome::succeeded);
    EXPECT_FALSE(settlement_of(job, end, 0.5, "server").if_refused);
    end.jobs.resize(1);
    job.policy.retry.backoff = FixedBackoff{30s};

    const auto retried = settlement_of(job, end, 0.5, "server").if_refused.value();
    EXPECT_EQ(retried.cause, Cause::retried);
    EXPECT_EQ(std::get<Scheduled>(retried.target).due_at, finished + 30s);
    EXPECT_EQ(retried.event.error_code, "jobs_refused");
    EXPECT_EQ(retried.event.by, "server");
    EXPECT_EQ(retried.event.attempt, 1);

    job.policy.retry.fail_on = {"jobs_refused"};
    const auto failed = settlement_of(job, end, 0.5, "server").if_refused.value();
    EXPECT_EQ(std::get<Failed>(failed.target).reason, Reason::fatal);
}

TEST_F(SettleTest, EveryMoveIsInTheTable) {
    for (const Outcome outcome :
         {Outcome::succeeded, Outcome::failed, Outcome::fatal, Outcome::timed_out, Outcome::crashed,
          Outcome::cancelled, Outcome::interrupted, Outcome::snoozed, Outcome::not_begun}) {
        for (const int attempt : {1, 11}) {
            job.attempt = attempt;
            const auto settlement = settle(outcome);
            EXPECT_EQ(next_state(StateName::processing, settlement.cause), name_of(settlement.target));
        }
    }
}

}  // namespace
}  // namespace jobhost::host
