#include "tests/storage/conformance/workflow_conformance.hpp"

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class LimitConformance : public WorkflowConformance {
protected:
    void set_limit(const std::string& name, std::int64_t capacity) {
        limits.set(std::vector{Limit{.name = name, .capacity = capacity}});
        settle_down();
    }
    NewJob limited(const std::vector<LimitUse>& uses, int priority = 0) {
        NewJob made = job();
        made.limits = uses;
        made.priority = priority;
        return made;
    }
    LimitUsage usage(const std::string& name) {
        for (const LimitUsage& each : limits.list())
            if (each.limit.name == name) return each;
        throw std::out_of_range{"no such limit"};
    }
    void expect_usage(const std::string& name, std::int64_t taken, std::int64_t parked) {
        EXPECT_EQ(usage(name).slots.taken, taken);
        EXPECT_EQ(usage(name).slots.parked, parked);
    }
};

TEST_P(LimitConformance, AMutexLetsOneRun) {
    set_limit("m", 1);
    const JobId first = insert(limited({{"m", ""}}));
    const JobId second = insert(limited({{"m", ""}}));
    const JobId plain = insert();
    const auto runs = claim(10);
    EXPECT_EQ(ids_of(runs), (std::vector{first, plain}));
    EXPECT_EQ(state_of(second), awaiting);
    EXPECT_EQ(reason_of(second), Reason::limit);
    EXPECT_EQ(find(second).parked_on, (LimitUse{"m", ""}));
    EXPECT_EQ(find(second).attempt, 0);
    EXPECT_GT(find(second).lease, Lease{});
    EXPECT_EQ(find(second).limits, (std::vector<LimitUse>{{"m", ""}}));
    expect_usage("m", 1, 1);

    finish(success_of(runs[0]));
    EXPECT_EQ(state_of(second), enqueued);
    EXPECT_EQ(find(second).parked_on, std::nullopt);
    expect_usage("m", 1, 0);
    EXPECT_EQ(claim_one().attempt, 1);
}

TEST_P(LimitConformance, InsertingNeverTouchesALimit) {
    set_limit("m", 1);
    insert_many(3, limited({{"m", ""}}));
    EXPECT_EQ(count_of(enqueued), 3);
    expect_usage("m", 0, 0);
}

TEST_P(LimitConformance, ASemaphoreLetsAsManyRunAsItSays) {
    set_limit("s", 3);
    const auto ids = insert_many(5, limited({{"s", ""}}));
    const auto runs = claim(10);
    EXPECT_EQ(ids_of(runs), (std::vector{ids[0], ids[1], ids[2]}));
    expect_usage("s", 3, 2);
    finish(success_of(runs[1]));
    EXPECT_EQ(claimed(), std::vector{ids[3]});
    expect_usage("s", 3, 1);
}

TEST_P(LimitConformance, EachKeyHasSlotsOfItsOwn) {
    set_limit("t", 1);
    const JobId a = insert(limited({{"t", "a"}}));
    const JobId again = insert(limited({{"t", "a"}}));
    const JobId b = insert(limited({{"t", "b"}}));
    EXPECT_EQ(claimed(), (std::vector{a, b}));
    EXPECT_EQ(find(again).parked_on, (LimitUse{"t", "a"}));
    EXPECT_EQ(usage("t").keys, 2);
    expect_usage("t", 2, 1);
    succeed(b);
    EXPECT_EQ(state_of(again), awaiting);
    succeed(a);
    EXPECT_EQ(state_of(again), enqueued);
}

TEST_P(LimitConformance, AClaimGoesOnBehindThoseThatItParks) {
    set_limit("m", 1);
    insert_many(5, limited({{"m", ""}}));
    const JobId plain = insert();
    std::vector<JobId> got;
    for (int i = 0; i < 10 && got.size() < 2; ++i)
        for (const JobId id : claimed(2 - got.size()))
            got.push_back(id);
    ASSERT_EQ(got.size(), 2u);
    EXPECT_EQ(got[1], plain);
}

TEST_P(LimitConformance, ParkedJobsGetTheirTurnInOrder) {
    set_limit("m", 1);
    const JobId holder = insert(limited({{"m", ""}}));
    claimed();
    const JobId old = insert(limited({{"m", ""}}));
    clock.advance(2s);
    const JobId young = insert(limited({{"m", ""}}));
    const JobId urgent = insert(limited({{"m", ""}}, 10));
    EXPECT_TRUE(claimed().empty());
    for (JobId last = holder; const JobId next : {urgent, old, young}) {
        succeed(last);
        EXPECT_EQ(claimed(), std::vector{next});
        last = next;
    }
}

TEST_P(LimitConformance, ASlotIsTransferredAndNobodyOvertakes) {
    set_limit("m", 1);
    insert(limited({{"m", ""}}));
    const ClaimedJob holder = claim_one();
    const JobId parked = insert(limited({{"m", ""}}));
    claimed();
    clock.advance(1s);
    const JobId newcomer = insert(limited({{"m", ""}}, 1000));
    finish(success_of(holder));
    EXPECT_EQ(claimed(), std::vector{parked});
    EXPECT_EQ(find(newcomer).parked_on, (LimitUse{"m", ""}));
}

TEST_P(LimitConformance, AParkedJobKeepsItsPlaceInTheQueue) {
    set_limit("m", 1);
    insert(limited({{"m", ""}}));
    const ClaimedJob holder = claim_one();
    const JobId parked = insert(limited({{"m", ""}}));
    claimed();
    const TimePoint since = clock.now();
    clock.advance(1s);
    const JobId plain = insert();
    finish(success_of(holder));
    EXPECT_EQ(std::get<Enqueued>(find(parked).state).since, since);
    EXPECT_EQ(claimed(), (std::vector{parked, plain}));
}

TEST_P(LimitConformance, WhateverEndsARunFreesItsSlot) {
    set_limit("m", 1);
    const auto ids = insert_many(2, limited({{"m", ""}}));
    const std::vector<std::function<Settlement(const ClaimedJob&)>> ends{
        [&](const ClaimedJob& run) { return success_of(run); },
        [&](const ClaimedJob& run) { return failure_of(run); },
        [&](const ClaimedJob& run) { return deletion_of(run); },
        [&](const ClaimedJob& run) { return retry_of(run, 1h); },
        [&](const ClaimedJob& run) { return return_of(run); },
        [&](const ClaimedJob& run) { return interruption_of(run); },
        [&](const ClaimedJob& run) {
            return end_of(run, Cause::snoozed, Scheduled{clock.now() + 1h, Reason::snoozed});
        },
        [&](const ClaimedJob& run) { return end_of(run, Cause::retried_at_once, Enqueued{clock.now()}); },
    };
    for (std::size_t i = 0; i < ends.size(); ++i) {
        const NewJob first = limited({{"m", std::to_string(i)}}, 5);
        const NewJob second = limited({{"m", std::to_string(i)}});
        jobs.insert(std::vector{first, second});
        const ClaimedJob run = run_of(first.id);
        EXPECT_EQ(reason_of(second.id), Reason::limit);
        finish(ends[i](run));
        EXPECT_EQ(state_of(second.id), enqueued) << i;
        EXPECT_TRUE(can_run(second.id)) << i;
    }
    EXPECT_EQ(state_of(ids[1]), awaiting);
}

TEST_P(LimitConformance, ASnoozedRunGivesItsAttemptBack) {
    const JobId id = insert();
    finish(end_of(run_of(id), Cause::snoozed, Scheduled{clock.now() + 1s, Reason::snoozed}));
    EXPECT_EQ(find(id).attempt, 0);
    EXPECT_EQ(reason_of(id), Reason::snoozed);
}

TEST_P(LimitConformance, ADeadServerFreesItsSlots) {
    set_limit("m", 1);
    const auto ids = insert_many(2, limited({{"m", ""}}));
    claimed();
    const ServerId second = enter_worker("second");
    servers.declare_dead("worker");
    EXPECT_EQ(servers.recover(server, 10), 1u);
    settle_down();
    expect_usage("m", 1, 0);
    server = second;
    EXPECT_EQ(claimed(), std::vector{ids[1]});
    EXPECT_EQ(reason_of(ids[0]), Reason::limit);
}

TEST_P(LimitConformance, ALateSettlementFreesNothing) {
    set_limit("m", 1);
    insert_many(3, limited({{"m", ""}}));
    const Settlement done = success_of(claim_one());
    finish(done);
    claimed();
    EXPECT_EQ(settle(done), Moved::already);
    settle_down();
    expect_usage("m", 1, 1);
}

TEST_P(LimitConformance, AGrantedJobThatIsTakenAwayPassesTheSlotOn) {
    set_limit("m", 1);
    for (const Verb verb : {Verb::remove, Verb::cancel, Verb::reschedule}) {
        const NewJob holder = limited({{"m", ""}}, 20);
        const NewJob granted = limited({{"m", ""}}, 10);
        const NewJob next = limited({{"m", ""}});
        jobs.insert(std::vector{holder, granted, next});
        run_of(holder.id);
        succeed(holder.id);
        ASSERT_EQ(state_of(granted.id), enqueued);
        operate(granted.id, Operation{.verb = verb, .by = "somebody", .at = clock.now() + 1h});
        EXPECT_EQ(state_of(next.id), enqueued);
        expect_usage("m", 1, 0);
        succeed(next.id);
    }
}

TEST_P(LimitConformance, AGrantedJobThatExpiredPassesTheSlotOn) {
    set_limit("m", 1);
    const JobId holder = insert(limited({{"m", ""}}));
    claimed();
    NewJob expiring = limited({{"m", ""}});
    expiring.expires_at = clock.now() + 1s;
    insert(expiring);
    const JobId next = insert(limited({{"m", ""}}));
    claimed();
    clock.advance(1s);
    succeed(holder);
    for (int i = 0; i < 3 && state_of(next) != processing; ++i)
        claimed();
    EXPECT_EQ(reason_of(expiring.id), Reason::expired);
    EXPECT_EQ(state_of(next), processing);
}

TEST_P(LimitConformance, AParkedJobMayBeTakenAway) {
    set_limit("m", 1);
    const auto ids = insert_many(4, limited({{"m", ""}}));
    claimed();
    operate(ids[1], Verb::remove);
    operate(ids[2], Operation{.verb = Verb::reschedule, .by = "somebody", .at = clock.now() + 1h});
    EXPECT_EQ(find(ids[2]).parked_on, std::nullopt);
    expect_usage("m", 1, 1);
    EXPECT_EQ(requeue(ids[3]), Operated::done);
    EXPECT_EQ(state_of(ids[3]), enqueued);
    claimed();
    EXPECT_EQ(reason_of(ids[3]), Reason::limit);
}

TEST_P(LimitConformance, ChildrenDoNotCareForAParkedParent) {
    set_limit("m", 1);
    const auto ids = insert_many(2, limited({{"m", ""}}));
    const JobId child = insert_after(ids[1]);
    claimed();
    EXPECT_EQ(state_of(child), awaiting);
    succeed(ids[0]);
    succeed(ids[1]);
    EXPECT_EQ(state_of(child), enqueued);
}

TEST_P(LimitConformance, AnUniqueKeyIsKeptWhileParked) {
    set_limit("m", 1);
    insert(limited({{"m", ""}}));
    claimed();
    for (const HeldWhile held : {HeldWhile::queued, HeldWhile::until_started, HeldWhile::until_finished}) {
        NewJob made = limited({{"m", ""}});
        made.unique = Unique{.key = std::string{to_string(held)}, .held = held};
        insert(made);
        claimed();
        ASSERT_EQ(reason_of(made.id), Reason::limit);
        NewJob second = made;
        second.id = jobs.reserve_ids(1);
        EXPECT_EQ(submit({}, {second}), (std::vector{Inserted{made.id, false}}));
    }
}

TEST_P(LimitConformance, KeysThatNobodyUsesAreNotCounted) {
    set_limit("m", 1);
    const JobId first = insert(limited({{"m", "a"}}));
    const auto both = insert_many(2, limited({{"m", "b"}}));
    claimed();
    EXPECT_EQ(usage("m").keys, 2);
    expect_usage("m", 2, 1);
    succeed(first);
    EXPECT_EQ(usage("m").keys, 1);
    for (const JobId id : both)
        succeed(id);
    EXPECT_EQ(usage("m").keys, 0);
    expect_usage("m", 0, 0);
}

TEST_P(LimitConformance, WhatAClaimFindsExpiredLetsItsSlotGoAtOnce) {
    set_limit("m", 1);
    const JobId holder = insert(limited({{"m", ""}}));
    claimed();
    NewJob expiring = limited({{"m", ""}});
    expiring.expires_at = clock.now() + 1s;
    insert(expiring);
    claimed();
    succeed(holder);
    ASSERT_EQ(state_of(expiring.id), enqueued) << "with the slot";
    clock.advance(1s);
    const JobId next = insert(limited({{"m", ""}}));
    EXPECT_EQ(claimed(), std::vector{next});
}

INSTANTIATE_TEST_SUITE_P(Databases, LimitConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
