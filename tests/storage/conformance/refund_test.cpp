// Crashes that do not count any more.
#include "tests/storage/conformance/conformance.hpp"

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class RefundConformance : public StorageConformance {
protected:
    // A run that crashed, and what the host remembers of it.
    CrashedJob crash(const ClaimedJob& run, Settlement end) {
        end.new_crashes = 1;
        settle(end);
        return {.job = run.id, .lease = run.lease, .crashes = run.crashes + 1, .refunded = 1};
    }
    void refund(const CrashedJob& job) { jobs.refund({&job, 1}, "one", "it was rolled back"); }
    ClaimedJob claim_one() { return claim(1).at(0); }
};

TEST_P(RefundConformance, AJobThatWaitsGetsItsAttemptBackOnce) {
    const JobId id = insert();
    const ClaimedJob run = claim_one();
    const CrashedJob crashed = crash(run, retry_of(run, 1min));
    refund(crashed);
    EXPECT_EQ(find(id).crashes, 0);
    EXPECT_EQ(find(id).attempt, 0);
    EXPECT_EQ(state_of(id), scheduled) << "as its policy says";
    EXPECT_EQ(queries.events(id).back().message, "it was rolled back");
    EXPECT_EQ(queries.events(id).back().by, "one");
    const std::size_t events = queries.events(id).size();
    refund(crashed);
    EXPECT_EQ(find(id).attempt, 0);
    EXPECT_EQ(queries.events(id).size(), events);
}

TEST_P(RefundConformance, SeveralCrashesAreRefundedTogetherAndOthersStay) {
    const JobId id = insert();
    const ClaimedJob before = claim_one();
    crash(before, retry_of(before, 0s));
    CrashedJob crashed;
    for (int i = 0; i < 2; ++i) {
        jobs.promote_due(10);
        const ClaimedJob run = claim_one();
        crashed = crash(run, retry_of(run, 0s));
    }
    crashed.refunded = 2;
    refund(crashed);
    EXPECT_EQ(find(id).crashes, 1);
    EXPECT_EQ(find(id).attempt, 1);
}

TEST_P(RefundConformance, OneThatRunsAgainGoesOn) {
    const JobId id = insert();
    ClaimedJob run = claim_one();
    const CrashedJob crashed = crash(run, retry_of(run, 0s));
    jobs.promote_due(10);
    run = claim_one();
    refund(crashed);
    EXPECT_EQ(find(id).crashes, 0);
    EXPECT_EQ(state_of(id), processing);
    EXPECT_EQ(settle(success_of(run)), Moved::yes);
    EXPECT_EQ(find(id).attempt, 1);
}

TEST_P(RefundConformance, OneThatWasGivenUpIsRequeued) {
    for (const Reason reason : {Reason::quarantined, Reason::exhausted}) {
        const JobId id = insert();
        const ClaimedJob run = claim_one();
        refund(crash(run, failure_of(run, reason)));
        EXPECT_EQ(state_of(id), enqueued);
        EXPECT_EQ(find(id).crashes, 0);
        EXPECT_EQ(queries.events(id).back().cause, Cause::requeued);
        EXPECT_EQ(queries.events(id).back().message, "it was rolled back");
        settle(success_of(claim_one()));
    }
}

TEST_P(RefundConformance, WhatHasBecomeOfAJobSinceCounts) {
    const JobId fatal = insert();
    ClaimedJob run = claim_one();
    refund(crash(run, failure_of(run, Reason::fatal)));
    EXPECT_EQ(state_of(fatal), failed);

    const JobId removed = insert();
    run = claim_one();
    CrashedJob crashed = crash(run, retry_of(run, 1min));
    operations.operate({&removed, 1}, {.verb = Verb::remove, .by = "Ada"});
    refund(crashed);
    EXPECT_EQ(state_of(removed), deleted);

    const JobId again = insert();
    run = claim_one();
    crashed = crash(run, failure_of(run, Reason::quarantined));
    operations.operate({&again, 1}, {.verb = Verb::requeue, .by = "Ada"});
    run = claim_one();
    refund(crashed);
    EXPECT_EQ(find(again).attempt, 1) << "it has begun anew";
    crash(run, failure_of(run, Reason::quarantined));
    refund(crashed);
    EXPECT_EQ(state_of(again), failed) << "that was another run";

    refund({.job = JobId{4711}, .lease = Lease{1}, .crashes = 1, .refunded = 1});
    jobs.refund({}, "one", "");
}

INSTANTIATE_TEST_SUITE_P(Databases, RefundConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
