// Who gets a free slot, and what people set.
#include "tests/storage/conformance/workflow_conformance.hpp"

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class LimitGrantConformance : public WorkflowConformance {
protected:
    void set_limit(const Limit& limit) {
        limits.set(std::vector{limit});
        settle_down();
    }
    NewJob limited(const std::string& queue = "default", const std::string& type = "test.job") {
        NewJob made = job(type);
        made.queue = QueueName{queue};
        made.limits = {{"m", ""}};
        return made;
    }
    void pause(const std::string& queue, std::optional<TimePoint> until = {}) {
        operations.pause(QueueName{queue}, "somebody", "why", until);
    }
};

TEST_P(LimitGrantConformance, ASlotIsNotGivenToAPausedQueue) {
    set_limit({.name = "m"});
    const JobId holder = insert(limited("free"));
    claimed();
    const JobId paused = insert(limited("paused"));
    const JobId next = insert(limited("free"));
    claimed();
    pause("paused");
    succeed(holder);
    EXPECT_EQ(state_of(paused), awaiting);
    EXPECT_EQ(state_of(next), enqueued);
    succeed(next);
    EXPECT_EQ(state_of(paused), awaiting);
    EXPECT_EQ(limits.list().at(0).slots.taken, 0);
    EXPECT_TRUE(operations.resume(QueueName{"paused"}, "somebody"));
    settle_down();
    EXPECT_EQ(state_of(paused), enqueued);
    EXPECT_EQ(limits.list().at(0).slots.taken, 1);
}

TEST_P(LimitGrantConformance, APauseThatEndsByItselfLetsGo) {
    set_limit({.name = "m"});
    const JobId holder = insert(limited());
    claimed();
    const JobId paused = insert(limited("paused"));
    claimed();
    pause("paused", clock.now() + 1h);
    succeed(holder);
    EXPECT_EQ(state_of(paused), awaiting);
    clock.advance(1h);
    settle_down();
    EXPECT_EQ(state_of(paused), enqueued);
}

TEST_P(LimitGrantConformance, ASlotIsNotGivenToATypeThatNobodyServes) {
    set_limit({.name = "m"});
    const JobId holder = insert(limited());
    claimed();
    const JobId unserved = insert(limited("default", "other.job"));
    NewJob newer = limited();
    newer.payload_version = 2;
    insert(newer);
    const JobId next = insert(limited());
    claimed();
    succeed(holder);
    EXPECT_EQ(state_of(next), enqueued);
    succeed(next);
    EXPECT_EQ(state_of(unserved), awaiting);
    EXPECT_EQ(state_of(newer.id), awaiting);

    const ServerId other = servers.enter({.incarnation = "other", .name = "other"},
                                         std::vector<ServedType>{{.type = "other.job"}});
    settle_down();
    EXPECT_EQ(state_of(unserved), enqueued);
    EXPECT_EQ(state_of(newer.id), awaiting);
    server = other;
    succeed(unserved);
    servers.leave(other);
    const JobId late = insert(limited("default", "other.job"));
    EXPECT_EQ(state_of(late), enqueued);
}

TEST_P(LimitGrantConformance, ALargerCapacityLetsThemGoAtOnce) {
    set_limit({.name = "m"});
    const auto ids = insert_many(4, limited());
    claimed();
    set_limit({.name = "m", .capacity = 3});
    EXPECT_EQ(claimed(), (std::vector{ids[1], ids[2]}));
    EXPECT_EQ(state_of(ids[3]), awaiting);
}

TEST_P(LimitGrantConformance, ALargerCapacityIsForThoseWhoWaitNotForWhoArrives) {
    set_limit({.name = "m"});
    const auto ids = insert_many(3, limited());
    claimed();
    limits.set(std::vector{Limit{.name = "m", .capacity = 2}});
    EXPECT_EQ(jobs.promote_due(10).next_due_at, std::nullopt);
    EXPECT_EQ(state_of(ids[1]), enqueued);
    limits.set(std::vector{Limit{.name = "m", .capacity = 3}});
    const JobId newcomer = insert(limited());
    claimed();
    claimed();
    EXPECT_EQ(state_of(ids[2]), processing);
    EXPECT_EQ(state_of(newcomer), awaiting);
}

TEST_P(LimitGrantConformance, ASmallerCapacityWaitsForThoseWhoHold) {
    set_limit({.name = "m", .capacity = 3});
    const auto ids = insert_many(5, limited());
    claimed();
    set_limit({.name = "m", .capacity = 1});
    EXPECT_EQ(limits.list().at(0).slots.taken, 3);
    succeed(ids[0]);
    succeed(ids[1]);
    EXPECT_EQ(state_of(ids[3]), awaiting);
    succeed(ids[2]);
    EXPECT_EQ(state_of(ids[3]), enqueued);
    EXPECT_EQ(state_of(ids[4]), awaiting);
}

TEST_P(LimitGrantConformance, MovingAParkedJobKeepsItParked) {
    set_limit({.name = "m"});
    const JobId holder = insert(limited());
    claimed();
    const JobId first = insert(limited());
    clock.advance(1s);
    const JobId second = insert(limited());
    claimed();
    EXPECT_EQ(operate(second, Operation{.verb = Verb::move, .by = "somebody", .priority = 10}),
              Operated::done);
    EXPECT_EQ(reason_of(second), Reason::limit);
    EXPECT_EQ(operate(first, Operation{.verb = Verb::move, .by = "somebody", .queue = QueueName{"other"}}),
              Operated::done);
    succeed(holder);
    EXPECT_EQ(state_of(second), enqueued);
    EXPECT_EQ(state_of(first), awaiting);
    EXPECT_EQ(find(first).queue.value, "other");
}

TEST_P(LimitGrantConformance, MovingOutOfAPausedQueueLetsGo) {
    set_limit({.name = "m"});
    const JobId holder = insert(limited());
    claimed();
    const JobId paused = insert(limited("paused"));
    claimed();
    pause("paused");
    succeed(holder);
    operate(paused, Operation{.verb = Verb::move, .by = "somebody", .queue = QueueName{"default"}});
    EXPECT_EQ(state_of(paused), enqueued);
}

TEST_P(LimitGrantConformance, LimitsAreListedByName) {
    set_limit({.name = "b", .capacity = 2});
    set_limit({.name = "a", .kind = LimitKind::bucket, .capacity = 5, .window = 1min});
    const auto list = limits.list();
    ASSERT_EQ(list.size(), 2u);
    EXPECT_EQ(list[0].limit, (Limit{.name = "a", .kind = LimitKind::bucket, .capacity = 5, .window = 1min}));
    EXPECT_EQ(list[1].limit, (Limit{.name = "b", .capacity = 2}));
    EXPECT_EQ(list[1].keys, 0);
}

TEST_P(LimitGrantConformance, SettingsOutOfRangeAreRefused) {
    const Limit good{.name = "m"};
    limits.set(std::vector{good});
    std::vector<Limit> bad(11, Limit{.name = "x"});
    bad[0].name = "";
    bad[1].name = "a:b";
    bad[2].name = std::string(kMaxNameSize + 1, 'n');
    bad[3].name = "\xff";
    bad[4].capacity = 0;
    bad[5].capacity = kMaxLimitCapacity + 1;
    bad[6] = {
        .name = "x", .kind = LimitKind::sliding_window, .capacity = kMaxSlidingCapacity + 1, .window = 1s};
    bad[7].kind = LimitKind::fixed_window;
    bad[8].kind = LimitKind::bucket;
    bad[9].window = 1s;
    bad[10] = {.name = "m", .kind = LimitKind::bucket, .window = 1s};
    for (const Limit& each : bad)
        EXPECT_TRUE(is_refused([&] { limits.set(std::vector{Limit{.name = "new"}, each}); })) << each.name;
    EXPECT_EQ(limits.list().size(), 1u);
}

TEST_P(LimitGrantConformance, ALimitThatIsRemovedHoldsNobodyUp) {
    set_limit({.name = "m"});
    EXPECT_FALSE(limits.remove("none"));
    const auto ids = insert_many(3, limited());
    EXPECT_EQ(claimed(), std::vector{ids[0]});
    EXPECT_TRUE(limits.remove("m"));
    EXPECT_FALSE(limits.remove("m"));
    EXPECT_TRUE(limits.list().empty());
    jobs.promote_due(10);
    EXPECT_EQ(claimed(), (std::vector{ids[1], ids[2]}));
    succeed(ids[0]);
    requeue(ids[0]);
    EXPECT_TRUE(can_run(ids[0]));
}

TEST_P(LimitGrantConformance, ALimitThatIsMadeAgainCountsThoseWhoRun) {
    set_limit({.name = "m"});
    const JobId first = insert(limited());
    claimed();
    EXPECT_TRUE(limits.remove("m"));
    set_limit({.name = "m"});
    const JobId second = insert(limited());
    EXPECT_TRUE(claimed().empty());
    succeed(first);
    EXPECT_EQ(claimed(), std::vector{second});
}

TEST_P(LimitGrantConformance, WhatAJobCannotNeedIsRefused) {
    set_limit({.name = "m"});
    std::vector<std::vector<LimitUse>> bad{
        {{"unknown", ""}}, {{"m", ""}, {"m", ""}}, {{"m", std::string(200, 'k')}}, {{"m", "\xff"}}, {},
    };
    for (std::size_t i = 0; i <= kMaxLimitsOfJob; ++i)
        bad.back().push_back({"m", std::to_string(i)});
    for (const auto& uses : bad) {
        NewJob made = job();
        made.limits = uses;
        EXPECT_TRUE(is_refused([&] { jobs.insert({&made, 1}); }));
        EXPECT_TRUE(is_refused([&] { workflows.submit({}, {&made, 1}); }));
    }
    NewJob most = job();
    most.limits = {bad.back().begin(), bad.back().end() - 1};
    most.limits[0].key = std::string(199, 'k');
    insert(most);
    EXPECT_TRUE(can_run(most.id));
}

TEST_P(LimitGrantConformance, AGrantedJobThatIsPutOffPassesTheSlotOn) {
    set_limit({.name = "m"});
    const JobId holder = insert(limited());
    claimed();
    NewJob unique = limited();
    unique.unique = Unique{.key = "k"};
    insert(unique);
    const JobId next = insert(limited());
    claimed();
    succeed(holder);
    ASSERT_EQ(state_of(unique.id), enqueued) << "with the slot";
    NewJob later = limited();
    later.unique = Unique{.key = "k", .on_conflict = OnConflict::extend};
    later.due_at = clock.now() + 1h;
    submit({}, {later});
    EXPECT_EQ(state_of(unique.id), scheduled);
    EXPECT_EQ(state_of(next), enqueued);
}

TEST_P(LimitGrantConformance, WhoHadToWaitBeforeInTheSameClaimGetsTheSlotThatAnExpiredJobLeaves) {
    set_limit({.name = "m", .capacity = 1});
    const JobId holder = insert(limited());
    claimed();
    NewJob expiring = limited();
    expiring.expires_at = clock.now() + 1s;
    insert(expiring);
    claimed();
    succeed(holder);
    ASSERT_EQ(state_of(expiring.id), enqueued) << "with the slot";
    clock.advance(1s);
    NewJob better = limited();
    better.priority = 100;
    insert(better);
    const JobId later = insert(limited());
    claimed();
    EXPECT_EQ(reason_of(expiring.id), Reason::expired);
    EXPECT_EQ(state_of(better.id), enqueued) << "with the slot, for the next claim";
    EXPECT_EQ(state_of(later), awaiting);
    EXPECT_EQ(claimed(), std::vector{better.id});
}

INSTANTIATE_TEST_SUITE_P(Databases, LimitGrantConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
