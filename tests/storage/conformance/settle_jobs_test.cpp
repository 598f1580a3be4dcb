// Jobs that a settlement hands in, and claims in parts.
#include "tests/storage/conformance/workflow_conformance.hpp"

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class SettleJobsConformance : public WorkflowConformance {
protected:
    Settlement success_with(const ClaimedJob& run, const std::vector<NewJob>& handed_in) {
        Settlement end = success_of(run);
        end.jobs = handed_in;
        end.if_refused = Settlement::Refused{.cause = Cause::retried,
                                             .target = Scheduled{clock.now() + 1min, Reason::retry},
                                             .event = {.at = clock.now(),
                                                       .cause = Cause::retried,
                                                       .attempt = 1,
                                                       .error_code = "jobs_refused",
                                                       .message = "the jobs are refused"}};
        return end;
    }
};

TEST_P(SettleJobsConformance, TheyComeWithTheSettlement) {
    const ClaimedJob run = run_of(insert());
    const NewJob next = job();
    finish(success_with(run, {next}));
    EXPECT_EQ(state_of(next.id), enqueued);
}

TEST_P(SettleJobsConformance, TheyAreClaimedInTheSameExchange) {
    const ClaimedJob run = run_of(insert());
    const NewJob next = job();
    const Settlement end = success_with(run, {next});
    EXPECT_EQ(ids_of(jobs.exchange(server, {&end, 1}, anything(5)).claimed), std::vector{next.id});
}

TEST_P(SettleJobsConformance, WhatASettlementReleasesIsClaimedInTheSameExchange) {
    limits.set(std::vector{Limit{.name = "m"}});
    NewJob holder = job();
    holder.limits = {{"m", ""}};
    insert(holder);
    const ClaimedJob run = run_of(holder.id);
    NewJob parked = holder;
    parked.id = jobs.reserve_ids(1);
    insert(parked);
    claimed();
    const JobId child = insert_after(holder.id);
    const Settlement end = success_of(run);
    EXPECT_EQ(ids_of(jobs.exchange(server, {&end, 1}, anything(5)).claimed), (std::vector{parked.id, child}));
}

TEST_P(SettleJobsConformance, ASettlementThatDoesNotCountHandsInNothing) {
    const JobId id = insert();
    const ClaimedJob first = run_of(id);
    finish(interruption_of(first));
    const ClaimedJob second = run_of(id);
    EXPECT_EQ(settle(success_with(first, {job()})), Moved::lost);
    const NewJob next = job();
    const Settlement end = success_with(second, {next});
    EXPECT_EQ(settle(end), Moved::yes);
    EXPECT_EQ(settle(end), Moved::already);
    EXPECT_EQ(listed({}).size(), 2u);
}

TEST_P(SettleJobsConformance, TheyMayWaitForTheJobThatEnds) {
    const ClaimedJob run = run_of(insert());
    const NewJob good = job_after({after(run.id)});
    const NewJob bad = job_after({after(run.id, Condition::failed)});
    Settlement end = success_with(run, {good, bad});
    std::get<Succeeded>(end.target).result = "5";
    finish(end);
    EXPECT_EQ(state_of(good.id), enqueued);
    EXPECT_EQ(workflows.parents(good.id).at(0).result, "5");
    EXPECT_EQ(reason_of(bad.id), Reason::unmet);
}

TEST_P(SettleJobsConformance, TheyKeepTheirBatchOpen) {
    std::vector<JobId> members;
    const BatchId id = submit_batch(1, members);
    const JobId callback = insert_after(id);
    const NewJob next = job_in_batch(id);
    finish(success_with(run_of(members[0]), {next}));
    EXPECT_EQ(state_of_batch(id), BatchState::started);
    EXPECT_EQ(state_of(callback), awaiting);
    succeed(next.id);
    EXPECT_EQ(state_of(callback), enqueued);
}

TEST_P(SettleJobsConformance, ARunWhoseJobsAreRefusedHasFailedAndHandsInNothing) {
    const auto runs = [&] {
        insert_many(3);
        return claim(3);
    }();
    const JobId child = insert_after(runs[1].id);
    NewJob holder = job();
    holder.unique = Unique{.key = "k"};
    insert(holder);
    NewJob taken = job();
    taken.unique = Unique{.key = "k", .on_conflict = OnConflict::fail};
    const NewJob plain = job();
    const NewJob fine = job();
    const std::vector ends{success_of(runs[0]), success_with(runs[1], {plain, taken}),
                           success_with(runs[2], {fine})};
    const Exchanged exchanged = jobs.exchange(server, ends, {});
    EXPECT_EQ(exchanged.moved, (std::vector{Moved::yes, Moved::yes, Moved::yes}));
    EXPECT_EQ(exchanged.refused, 1u);
    EXPECT_EQ(exchanged.mutilated, 0u);
    EXPECT_FALSE(queries.find(plain.id).has_value());
    EXPECT_FALSE(queries.find(taken.id).has_value());
    EXPECT_EQ(state_of(fine.id), enqueued);
    EXPECT_EQ(state_of(runs[1].id), scheduled);
    EXPECT_EQ(reason_of(runs[1].id), Reason::retry);
    EXPECT_EQ(state_of(child), awaiting);
    EXPECT_EQ(count_of(succeeded), 2);
    const auto events = queries.events(runs[1].id);
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].error_code, "jobs_refused");
    if (GetParam().name == std::string{"model"}) return;
    EXPECT_EQ(events[0].message, "the jobs are refused: job 2 of 2 (" + taken.type + "): job " +
                                     std::to_string(holder.id.value) +
                                     " is there already with its unique key");

    clock.advance(1min);
    jobs.promote_due(1);
    succeed(holder.id);
    const ClaimedJob again = run_of(runs[1].id);
    EXPECT_EQ(again.attempt, 2);
    finish(success_with(again, {plain, taken}));
    EXPECT_EQ(state_of(taken.id), enqueued);
    EXPECT_EQ(state_of(child), enqueued);
}

TEST_P(SettleJobsConformance, ARefusalIsWrittenOnce) {
    const ClaimedJob run = run_of(insert());
    NewJob unknown = job();
    unknown.limits = {{"unknown", ""}};
    const Settlement end = success_with(run, {unknown});
    EXPECT_EQ(settle(end), Moved::yes);
    EXPECT_EQ(settle(end), Moved::already) << "the answer may have been lost";
    EXPECT_EQ(queries.events(run.id).size(), 1u);
    EXPECT_EQ(state_of(run.id), scheduled);
}

TEST_P(SettleJobsConformance, ARefusedRunThatWasCancelledIsDeleted) {
    const ClaimedJob run = run_of(insert());
    operate(run.id, Verb::cancel);
    NewJob unknown = job();
    unknown.limits = {{"unknown", ""}};
    finish(success_with(run, {unknown}));
    EXPECT_EQ(state_of(run.id), deleted);
}

TEST_P(SettleJobsConformance, UniqueKeysHoldForThem) {
    NewJob first = job();
    first.unique = Unique{.key = "k"};
    insert(first);
    const ClaimedJob run = run_of(insert());
    NewJob second = job();
    second.unique = Unique{.key = "k"};
    NewJob child = job_after({after(second.id)});
    finish(success_with(run, {second, child}));
    EXPECT_FALSE(queries.find(second.id).has_value());
    EXPECT_EQ(workflows.parents(child.id).at(0).parent, after(first.id));
}

TEST_P(SettleJobsConformance, PartsOfAClaimHaveLimitsOfTheirOwn) {
    const auto a = insert_many(3, job_in("a"));
    const auto b = insert_many(3, job_in("b"));
    const auto c = insert_many(3, job_in("c"));
    ClaimRequest request{{{lane_of("b"), 0}}, 7};
    request.more = {{{{lane_of("a"), 0}}, 1}, {{{lane_of("c"), 0}}, 2}};
    EXPECT_EQ(ids_of(claim(request)), (std::vector{b[0], b[1], b[2], a[0], c[0], c[1]}));
    EXPECT_EQ(count_of(enqueued), 3);
}

TEST_P(SettleJobsConformance, PartsGetWhatIsStillWanted) {
    const auto a = insert_many(2, job_in("a"));
    const auto b = insert_many(2, job_in("b"));
    ClaimRequest request{{{lane_of("a"), 0}}, 3};
    request.more = {{{{lane_of("b"), 0}}, 5}};
    EXPECT_EQ(ids_of(claim(request)), (std::vector{a[0], a[1], b[0]}));
    request.lanes.clear();
    request.more[0].limit = 0;
    EXPECT_TRUE(claim(request).empty());
    request.more[0].limit = 5;
    EXPECT_EQ(ids_of(claim(request)), std::vector{b[1]});
}

INSTANTIATE_TEST_SUITE_P(Databases, SettleJobsConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
