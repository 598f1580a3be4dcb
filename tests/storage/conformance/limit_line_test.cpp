// Who waits for a slot of a rate, and who is next.
#include "tests/storage/conformance/limit_rates.hpp"

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class LimitLineConformance : public LimitRates {
protected:
    // The first one has the unique key k.
    std::pair<JobId, JobId> park_two() {
        set_limit(LimitKind::sliding_window, 1, 10s);
        begins(1);
        NewJob first = limited();
        first.unique = Unique{.key = "k"};
        insert(first);
        const JobId behind = insert(limited());
        claimed();
        return {first.id, behind};
    }
};

TEST_P(LimitLineConformance, TheMostUrgentOfThoseThatWaitIsNext) {
    set_limit(LimitKind::sliding_window, 1, 10s);
    begins(1);
    const JobId old = insert(limited());
    clock.advance(1s);
    const JobId young = insert(limited());
    const JobId urgent = insert(limited({{"r", ""}}, 10));
    claimed();
    EXPECT_EQ(begins({urgent, old, young}), (Waits{9s, 19s, 29s}));
}

TEST_P(LimitLineConformance, ANewPriorityCountsWhileItWaits) {
    set_limit(LimitKind::sliding_window, 1, 10s);
    begins(1);
    const auto ids = insert_many(2, limited());
    claimed();
    operate(ids[1], Operation{.verb = Verb::move, .by = "somebody", .priority = 10});
    EXPECT_EQ(begins({ids[1], ids[0]}), (Waits{10s, 20s}));
}

TEST_P(LimitLineConformance, WhoWaitsComesBeforeWhoArrives) {
    set_limit(LimitKind::sliding_window, 1, 10s);
    begins(1);
    const JobId parked = insert(limited());
    claimed();
    clock.advance(10s);
    const JobId newcomer = insert(limited({{"r", ""}}, 1000));
    claimed();  // before anybody has looked
    claimed();
    EXPECT_EQ(state_of(parked), processing);
    expect_throttled(newcomer);
    EXPECT_EQ(begins({newcomer}), Waits{10s});
}

TEST_P(LimitLineConformance, WhoLeavesTheLineTakesNoSlotAlong) {
    set_limit(LimitKind::sliding_window, 1, 10s);
    begins(1);
    const auto ids = insert_many(5, limited());
    claimed();
    operate(ids[0], Verb::remove);
    operate(ids[1], Verb::cancel);
    EXPECT_EQ(reschedule(ids[2], clock.now() + 1h), Operated::done);
    EXPECT_EQ(slots().parked, 2);
    EXPECT_EQ(begins({ids[3], ids[4]}), (Waits{10s, 20s}));
}

TEST_P(LimitLineConformance, ManyThatLeaveTheLineTakeNoSlotAlong) {
    set_limit(LimitKind::sliding_window, 1, 1min);
    insert_many(300, limited());
    claimed();
    EXPECT_EQ(slots().parked, 299);
    operations.start({.state = awaiting}, {.verb = Verb::remove, .by = "somebody"});
    settle_down();
    EXPECT_EQ(slots().parked, 0);
    EXPECT_EQ(begins(2), (Waits{1min, 2min}));
}

TEST_P(LimitLineConformance, WhenAllHaveLeftNobodyLooksAgain) {
    for (const LimitKind kind : {LimitKind::fixed_window, LimitKind::sliding_window, LimitKind::bucket}) {
        const std::string name{to_string(kind)};
        set_limit(kind, 1, 10s, name);
        const auto ids = insert_many(2, limited({{name, ""}}));
        claimed();
        operate(ids[1], Verb::remove);
        clock.advance(10s);
        EXPECT_EQ(jobs.promote_due(10).count, 0u);
        EXPECT_EQ(jobs.promote_due(10).next_due_at, std::nullopt);
    }
}

TEST_P(LimitLineConformance, WhoHasASlotAndDoesNotRunPassesItOn) {
    set_limit(LimitKind::sliding_window, 1, 10s);
    for (const Verb verb : {Verb::remove, Verb::cancel, Verb::reschedule}) {
        begins(1);
        const auto ids = insert_many(2, limited());
        claimed();
        clock.advance(10s);
        jobs.promote_due(10);
        ASSERT_EQ(state_of(ids[0]), enqueued) << "with the slot";
        EXPECT_EQ(slots().taken, 1);
        operate(ids[0], Operation{.verb = verb, .by = "somebody", .at = clock.now() + 1h});
        EXPECT_EQ(state_of(ids[1]), enqueued);
        EXPECT_EQ(begins({ids[1]}), Waits{0s});
        clock.advance(10s);
    }
}

TEST_P(LimitLineConformance, WhoHasASlotAndExpiresPassesItOn) {
    set_limit(LimitKind::sliding_window, 1, 10s);
    begins(1);
    NewJob expiring = limited();
    expiring.expires_at = clock.now() + 10s;
    insert(expiring);
    const JobId next = insert(limited());
    claimed();
    EXPECT_EQ(begins({next}), Waits{10s});
    EXPECT_EQ(reason_of(expiring.id), Reason::expired);
}

TEST_P(LimitLineConformance, AThrottledJobThatIsMovedByHandAsksAnew) {
    set_limit(LimitKind::sliding_window, 1, 10s);
    begins(1);
    const JobId id = insert(limited());
    claimed();
    EXPECT_EQ(requeue(id), Operated::done);
    EXPECT_EQ(state_of(id), enqueued);
    claimed();
    expect_throttled(id);
    EXPECT_EQ(reschedule(id, clock.now() + 1s), Operated::done);
    EXPECT_EQ(state_of(id), scheduled);
    EXPECT_EQ(begins({id}), Waits{10s});
}

TEST_P(LimitLineConformance, AThrottledJobThatIsReplacedKeepsItsPlace) {
    const auto [first, behind] = park_two();
    NewJob second = limited();
    second.arguments = R"({"n":2})";
    second.unique = Unique{.key = "k", .on_conflict = OnConflict::replace};
    submit({}, {second});
    expect_throttled(first);
    EXPECT_EQ(find(first).arguments, second.arguments);
    EXPECT_EQ(begins({first, behind}), (Waits{10s, 20s}));
}

TEST_P(LimitLineConformance, AThrottledJobThatIsPutOffLeavesTheLine) {
    const auto [first, behind] = park_two();
    NewJob second = limited();
    second.unique = Unique{.key = "k", .on_conflict = OnConflict::extend};
    second.due_at = clock.now() + 1min;
    submit({}, {second});
    EXPECT_EQ(state_of(first), scheduled);
    EXPECT_EQ(due_of(first), second.due_at);
    EXPECT_EQ(find(first).parked_on, std::nullopt);
    EXPECT_EQ(begins({first, behind}), (Waits{1min, 10s}));
}

TEST_P(LimitLineConformance, PausedQueuesAreLeftOut) {
    set_limit(LimitKind::sliding_window, 1, 10s);
    begins(1);
    NewJob paused = limited();
    paused.queue = QueueName{"paused"};
    insert(paused);
    const JobId next = insert(limited());
    claimed();
    operations.pause(paused.queue, "somebody", "why", {});
    EXPECT_EQ(begins({next}), Waits{10s});
    clock.advance(10s);
    EXPECT_EQ(jobs.promote_due(10).next_due_at, std::nullopt) << "only one who cannot run waits";
    expect_throttled(paused.id);
    EXPECT_TRUE(operations.resume(paused.queue, "somebody"));
    settle_down();
    EXPECT_EQ(state_of(paused.id), enqueued);
}

TEST_P(LimitLineConformance, WhoIsResumedBeforeASlotOpensGetsThatOne) {
    set_limit(LimitKind::sliding_window, 1, 10s);
    NewJob paused = limited();
    paused.queue = QueueName{"paused"};
    jobs.insert(std::vector{paused, limited({{"r", ""}}, 1)});
    EXPECT_EQ(claimed().size(), 1u);
    operations.pause(paused.queue, "somebody", "why", {});
    clock.advance(10s);
    EXPECT_EQ(begins(1), Waits{0s});
    EXPECT_TRUE(operations.resume(paused.queue, "somebody"));
    settle_down();
    EXPECT_EQ(begins({paused.id}), Waits{10s});
}

TEST_P(LimitLineConformance, TypesThatNobodyServesAreLeftOut) {
    set_limit(LimitKind::sliding_window, 1, 10s);
    begins(1);
    NewJob unserved = limited();
    unserved.type = "other.job";
    insert(unserved);
    const JobId next = insert(limited());
    claimed();
    EXPECT_EQ(begins({next}), Waits{10s});
    clock.advance(10s);
    EXPECT_EQ(jobs.promote_due(10).count, 0u);
    servers.enter({.incarnation = "other", .name = "other"}, std::vector<ServedType>{{.type = "other.job"}});
    settle_down();
    EXPECT_EQ(state_of(unserved.id), enqueued);
}

TEST_P(LimitLineConformance, AHigherRateMovesThoseWhoWaitForward) {
    for (const LimitKind kind : {LimitKind::fixed_window, LimitKind::sliding_window, LimitKind::bucket}) {
        clock.set(TimePoint{clock.now().time_since_epoch() / 1h * 1h + 1h});
        const std::string name{to_string(kind)};
        set_limit(kind, 1, 1h, name);
        const auto ids = insert_many(4, limited({{name, ""}}));
        EXPECT_EQ(claimed(), std::vector{ids[0]}) << name;
        set_limit(kind, 3, 1h, name);
        EXPECT_LE(jobs.promote_due(10).next_due_at.value(), clock.now() + 1h) << name;
        EXPECT_EQ(begins({ids[1], ids[2]}), (Waits{0s, 0s})) << name;
        operate(ids[3], Verb::remove);
    }
}

TEST_P(LimitLineConformance, AShorterWindowMovesThoseWhoWaitForward) {
    set_limit(LimitKind::sliding_window, 1, 1h);
    const auto ids = insert_many(3, limited());
    claimed();
    clock.advance(10s);
    set_limit(LimitKind::sliding_window, 1, 1min);
    EXPECT_EQ(begins({ids[1], ids[2]}), (Waits{50s, 110s}));
}

TEST_P(LimitLineConformance, ALowerRateHoldsThoseWhoWaitBack) {
    set_limit(LimitKind::sliding_window, 2, 10s);
    const auto ids = insert_many(5, limited());
    claimed();
    set_limit(LimitKind::sliding_window, 1, 20s);
    EXPECT_EQ(begins({ids[2], ids[3], ids[4]}), (Waits{20s, 40s, 60s}));
}

TEST_P(LimitLineConformance, ALimitThatIsRemovedLetsAllGo) {
    for (const LimitKind kind : {LimitKind::fixed_window, LimitKind::sliding_window, LimitKind::bucket}) {
        set_limit(kind, 1, 1h);
        insert_many(3, limited());
        insert_many(3, limited({{"r", "k"}}));
        EXPECT_EQ(claimed().size(), 2u);
        EXPECT_TRUE(limits.remove("r"));
        jobs.promote_due(10);
        EXPECT_EQ(claimed().size(), 4u);
        EXPECT_EQ(count_of(awaiting), 0);
        for (const Job& run : listed({.state = processing}))
            succeed(run.id);
    }
}

TEST_P(LimitLineConformance, WhoWaitsIsCounted) {
    set_limit(LimitKind::fixed_window, 1, 10s);
    EXPECT_EQ(slots().parked, 0);
    insert_many(3, limited());
    insert(limited({{"r", "k"}}));
    claimed();
    const LimitUsage usage = limits.list().at(0);
    EXPECT_EQ(usage.keys, 1);
    EXPECT_EQ(usage.slots.taken, 0);
    EXPECT_EQ(usage.slots.parked, 2);
    EXPECT_EQ(usage.slots.opens_at, next_look());
    EXPECT_EQ(slots().parked, 2);
    EXPECT_EQ(slots().opens_at, next_look());
    const auto keys = limits.keys("r", 10);
    ASSERT_EQ(keys.size(), 1u);
    EXPECT_EQ(keys[0].key, "");
    EXPECT_EQ(keys[0].slots.parked, 2);
    EXPECT_TRUE(limits.keys("none", 10).empty());
    EXPECT_EQ(limits.slots_of({"none", "k"}).parked, 0);
}

INSTANTIATE_TEST_SUITE_P(Databases, LimitLineConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
