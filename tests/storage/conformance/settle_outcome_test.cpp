#include "tests/storage/conformance/conformance.hpp"

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class OutcomeConformance : public StorageConformance {
protected:
    // A job whose run has begun a while ago.
    ClaimedJob begun() {
        insert();
        clock.advance(1s);
        const ClaimedJob run = claim_one();
        clock.advance(2s);
        return run;
    }
};

TEST_P(OutcomeConformance, EachCauseLeadsToItsState) {
    const ClaimedJob run;
    const std::vector<std::pair<Settlement, StateName>> ends{
        {success_of(run), succeeded},
        {retry_of(run, 1s), scheduled},
        {failure_of(run), failed},
        {deletion_of(run), deleted},
        {end_of(run, Cause::cancelled, Deleted{clock.now(), Reason::cancelled}), deleted},
        {return_of(run), enqueued},
        {interruption_of(run), enqueued},
    };
    for (auto [settlement, state] : ends) {
        const ClaimedJob claimed = begun();
        settlement.job = claimed.id;
        settlement.lease = claimed.lease;
        EXPECT_EQ(settle(settlement), Moved::yes) << to_string(settlement.cause);
        EXPECT_EQ(state_of(claimed.id), state) << to_string(settlement.cause);
        EXPECT_EQ(find(claimed.id).finished_at.has_value(), is_final(state)) << to_string(settlement.cause);
        claim(9);  // out of the way of the next one
    }
}

TEST_P(OutcomeConformance, AFailureKeepsItsReasonAndInstant) {
    for (const Reason reason : {Reason::exhausted, Reason::fatal, Reason::quarantined, Reason::timed_out}) {
        const ClaimedJob run = begun();
        settle(failure_of(run, reason));
        const auto state = std::get<Failed>(find(run.id).state);
        EXPECT_EQ(state.reason, reason);
        EXPECT_EQ(state.finished_at, clock.now());
        EXPECT_EQ(find(run.id).finished_at, clock.now());
    }
}

TEST_P(OutcomeConformance, ADeletionKeepsItsReason) {
    for (const Reason reason : {Reason::exhausted, Reason::cancelled, Reason::by_person}) {
        const ClaimedJob run = begun();
        settle(deletion_of(run, reason));
        EXPECT_EQ(std::get<Deleted>(find(run.id).state).reason, reason);
    }
}

TEST_P(OutcomeConformance, ARetryKeepsItsInstantAndReason) {
    const ClaimedJob run = begun();
    settle(retry_of(run, 90s));
    const auto state = std::get<Scheduled>(find(run.id).state);
    EXPECT_EQ(state.due_at, clock.now() + 90s);
    EXPECT_EQ(state.reason, Reason::retry);
    EXPECT_FALSE(find(run.id).finished_at.has_value());
}

TEST_P(OutcomeConformance, ASuccessKeepsBothInstants) {
    ClaimedJob run = begun();
    Settlement done = success_of(run);
    done.started_at = clock.now() - 1s;
    done.target = Succeeded{clock.now() - 1s, clock.now(), ""};
    settle(done);

    const auto state = std::get<Succeeded>(find(run.id).state);
    EXPECT_EQ(state.started_at, clock.now() - 1s);
    EXPECT_EQ(state.finished_at, clock.now());
    EXPECT_EQ(find(run.id).started_at, clock.now() - 1s);
    EXPECT_EQ(find(run.id).finished_at, clock.now());
    EXPECT_EQ(state.result, "");
}

TEST_P(OutcomeConformance, ARunThatNeverBeganLeavesTheStartOfTheOneBefore) {
    const ClaimedJob first = begun();
    const TimePoint started_at = clock.now();
    settle(retry_of(first, 0s));
    jobs.promote_due(1);
    clock.advance(1min);
    settle(return_of(claim_one()));
    EXPECT_EQ(find(first.id).started_at, started_at);
}

TEST_P(OutcomeConformance, AJobThatNeverBeganHasNoStart) {
    const ClaimedJob run = begun();
    settle(return_of(run));
    EXPECT_FALSE(find(run.id).started_at.has_value());
}

TEST_P(OutcomeConformance, AttemptsAreGivenBackOnlyForWhatIsNotCharged) {
    const JobId id = insert();
    settle(return_of(claim_one()));
    EXPECT_EQ(find(id).attempt, 0);
    settle(interruption_of(claim_one()));
    EXPECT_EQ(find(id).attempt, 0);
    storage::Settlement snooze = retry_of(claim_one(), 0s);
    snooze.cause = Cause::snoozed;
    snooze.target = Scheduled{clock.now(), Reason::snoozed};
    settle(snooze);
    EXPECT_EQ(find(id).attempt, 0);
    jobs.promote_due(1);
    settle(retry_of(claim_one(), 0s));
    EXPECT_EQ(find(id).attempt, 1);
    jobs.promote_due(1);
    EXPECT_EQ(claim_one().attempt, 2);
    EXPECT_EQ(find(id).attempt, 2);
}

TEST_P(OutcomeConformance, WhatWentWrongAddsUp) {
    const JobId id = insert();
    for (int i = 1; i <= 3; ++i) {
        Settlement end = interruption_of(claim_one());
        end.new_crashes = 1;
        end.new_interruptions = 2;
        end.new_warnings = 30;
        settle(end);
        EXPECT_EQ(find(id).crashes, i);
        EXPECT_EQ(find(id).warnings, 30 * i);
    }
    const ClaimedJob run = claim_one();
    EXPECT_EQ(run.crashes, 3);
    EXPECT_EQ(run.interruptions, 6);
    EXPECT_EQ(run.recoveries, 0);
    settle(success_of(run));
    EXPECT_EQ(find(id).crashes, 3);
}

TEST_P(OutcomeConformance, WhatIsGivenBackKeepsSinceWhenItWaits) {
    const JobId id = insert();
    const TimePoint since = clock.now();
    clock.advance(10s);
    settle(return_of(claim_one()));
    EXPECT_EQ(std::get<Enqueued>(find(id).state).since, since);
    settle(interruption_of(claim_one()));
    EXPECT_EQ(std::get<Enqueued>(find(id).state).since, since);
}

TEST_P(OutcomeConformance, QueuePriorityAndPolicySurviveARetry) {
    NewJob made = job_in("reports", 12);
    made.policy.retry.attempts = 3;
    made.expires_at = clock.now() + 1h;
    insert(made);
    settle(retry_of(claim_one(), 0s));
    jobs.promote_due(1);

    const Job found = find(made.id);
    EXPECT_EQ(found.queue, made.queue);
    EXPECT_EQ(found.priority, 12);
    EXPECT_EQ(found.policy, made.policy);
    EXPECT_EQ(found.expires_at, made.expires_at);
    EXPECT_EQ(claim_one().order_key, clock.now().time_since_epoch().count() - 12'000'000);
}

TEST_P(OutcomeConformance, ASuccessAfterARetryHasItsOwnResult) {
    const JobId id = insert();
    settle(retry_of(claim_one(), 0s));
    jobs.promote_due(1);
    settle(success_of(claim_one(), "[2]"));
    EXPECT_EQ(std::get<Succeeded>(find(id).state).result, "[2]");
    EXPECT_EQ(find(id).attempt, 2);
}

TEST_P(OutcomeConformance, AnEmptyExchangeChangesNothing) {
    const ClaimedJob run = begun();
    const Exchanged exchanged = jobs.exchange(server, {}, {});
    EXPECT_TRUE(exchanged.moved.empty());
    EXPECT_TRUE(exchanged.claimed.empty());
    EXPECT_TRUE(exchanged.server_is_live);
    EXPECT_EQ(exchanged.mutilated, 0u);
    EXPECT_EQ(state_of(run.id), processing);
}

TEST_P(OutcomeConformance, AnswersComeInTheOrderOfTheSettlements) {
    insert_many(60);
    const auto runs = claim(60);
    std::vector<Settlement> batch;
    std::vector<Moved> expected;
    for (std::size_t i = runs.size(); i-- > 0;) {
        batch.push_back(success_of(runs[i]));
        expected.push_back(i % 3 == 0 ? Moved::lost : Moved::yes);
        if (i % 3 == 0) batch.back().lease = Lease{runs[i].lease.value + 1};
    }
    EXPECT_EQ(jobs.exchange(server, batch, {}).moved, expected);
    EXPECT_EQ(count_of(succeeded), 40);
    EXPECT_EQ(count_of(processing), 20);
}

TEST_P(OutcomeConformance, AThousandRunsEndInOneExchange) {
    insert_many(1000);
    std::vector<Settlement> batch;
    for (const ClaimedJob& run : claim(1000))
        batch.push_back(batch.size() % 2 ? success_of(run, R"({"n":1})") : failure_of(run));
    const Exchanged exchanged = jobs.exchange(server, batch, {});
    EXPECT_EQ(exchanged.moved, std::vector(1000, Moved::yes));
    EXPECT_EQ(count_of(succeeded), 500);
    EXPECT_EQ(count_of(failed), 500);
}

TEST_P(OutcomeConformance, DifferentOutcomesGoTogether) {
    insert_many(5);
    const auto runs = claim(5);
    const std::vector batch{success_of(runs[0]), retry_of(runs[1], 1s), failure_of(runs[2]),
                            return_of(runs[3]), deletion_of(runs[4])};
    EXPECT_EQ(jobs.exchange(server, batch, {}).moved, std::vector(5, Moved::yes));
    EXPECT_EQ(queries.count({}, {}), (StateCounts{0, 1, 1, 0, 1, 1, 1}));
}

INSTANTIATE_TEST_SUITE_P(Databases, OutcomeConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
