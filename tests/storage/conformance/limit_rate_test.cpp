// How often runs begin, and who waits for that.
#include "tests/storage/conformance/workflow_conformance.hpp"

#include <map>

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class LimitRateConformance : public WorkflowConformance {
protected:
    void set_limit(LimitKind kind, std::int64_t capacity, Duration window, const std::string& name = "r") {
        limits.set(std::vector{Limit{.name = name, .kind = kind, .capacity = capacity, .window = window}});
    }
    NewJob limited(const std::vector<LimitUse>& uses = {{"r", ""}}, int priority = 0) {
        NewJob made = job();
        made.limits = uses;
        made.priority = priority;
        return made;
    }
    // When somebody has to look for what is due; nothing is due now.
    std::optional<TimePoint> next_look() {
        const auto next = jobs.promote_due(100).next_due_at;
        EXPECT_TRUE(!next || *next > clock.now());
        return next;
    }
    // Claims what is there now, and ends it.
    std::vector<JobId> run_now() {
        std::vector<JobId> begun;
        for (bool is_any = true; is_any;) {
            is_any = jobs.promote_due(100).count > 0;
            for (const ClaimedJob& run : claim(100)) {
                begun.push_back(run.id);
                finish(success_of(run));
                is_any = true;
            }
        }
        return begun;
    }
    // When each of these begins, since now, if somebody looks whenever it is time to. Short runs.
    using Waits = std::vector<Duration>;
    Waits begins(const std::vector<JobId>& ids) {
        const TimePoint start = clock.now();
        std::map<JobId, Duration> begun;
        for (int looks = 0; looks < 1000; ++looks) {
            for (const JobId id : run_now())
                begun[id] = clock.now() - start;
            if (std::all_of(ids.begin(), ids.end(), [&](JobId id) { return begun.contains(id); })) break;
            const auto next = next_look();
            if (!next) {
                ADD_FAILURE() << "nobody will look again";
                break;
            }
            clock.set(*next);
        }
        Waits waits;
        for (const JobId id : ids)
            waits.push_back(begun[id]);
        return waits;
    }
    Waits begins(std::size_t count, const std::vector<LimitUse>& uses = {{"r", ""}}) {
        return begins(insert_many(count, limited(uses)));
    }
    // What waits for nothing but the next slot.
    void expect_throttled(JobId id, const std::string& by = "r") {
        EXPECT_EQ(state_of(id), awaiting);
        EXPECT_EQ(reason_of(id), Reason::throttled);
        EXPECT_EQ(find(id).parked_on, (LimitUse{by, ""}));
        EXPECT_EQ(find(id).attempt, 0);
    }
    SlotCounts slots(const std::string& name = "r") { return limits.slots_of({name, ""}); }
    std::optional<Duration> opens_in(const std::string& name = "r") {
        const auto at = slots(name).opens_at;
        return at ? std::optional{*at - clock.now()} : std::nullopt;
    }
};

TEST_P(LimitRateConformance, FixedWindowsBeginAtTheEpoch) {
    clock.set(TimePoint{std::chrono::days{20000} + 3s});
    set_limit(LimitKind::fixed_window, 2, 10s);
    EXPECT_EQ(begins(7), (Waits{0s, 0s, 7s, 7s, 17s, 17s, 27s}));
    clock.advance(1s);
    EXPECT_EQ(begins(2), (Waits{0s, 9s}));
}

TEST_P(LimitRateConformance, AFixedWindowThatIsOverIsForgotten) {
    clock.set(TimePoint{std::chrono::days{20000}});
    set_limit(LimitKind::fixed_window, 2, 10s);
    EXPECT_EQ(begins(1), Waits{0s});
    clock.advance(10s - 1us);
    EXPECT_EQ(begins(2), (Waits{0s, 1us}));
    clock.advance(20s);
    EXPECT_EQ(begins(3), (Waits{0s, 0s, 10s}));
}

TEST_P(LimitRateConformance, ASlidingWindowCountsBackFromEachRun) {
    set_limit(LimitKind::sliding_window, 2, 10s);
    EXPECT_EQ(begins(1), Waits{0s});
    clock.advance(4s);
    EXPECT_EQ(begins(4), (Waits{0s, 6s, 10s, 16s}));
    clock.advance(30s);
    EXPECT_EQ(begins(3), (Waits{0s, 0s, 10s}));
}

TEST_P(LimitRateConformance, ABucketRefillsEvenly) {
    set_limit(LimitKind::bucket, 4, 10s);
    EXPECT_EQ(begins(6), (Waits{0s, 0s, 0s, 0s, 2500ms, 5s}));
    clock.advance(1s);
    EXPECT_EQ(begins(1), Waits{1500ms});
    clock.advance(1h);
    EXPECT_EQ(begins(5), (Waits{0s, 0s, 0s, 0s, 2500ms}));
}

TEST_P(LimitRateConformance, ABucketRoundsItsRefillUp) {
    set_limit(LimitKind::bucket, 3, 10us);
    EXPECT_EQ(begins(6), (Waits{0us, 0us, 0us, 4us, 8us, 12us}));
}

TEST_P(LimitRateConformance, EachKeyIsCountedByItself) {
    set_limit(LimitKind::sliding_window, 1, 10s);
    const auto a = insert_many(2, limited({{"r", "a"}}));
    const auto b = insert_many(2, limited({{"r", "b"}}));
    EXPECT_EQ(begins({a[0], a[1], b[0], b[1]}), (Waits{0s, 10s, 0s, 10s}));
}

TEST_P(LimitRateConformance, AThrottledJobIsParkedUntilASlotOpens) {
    set_limit(LimitKind::sliding_window, 1, 10s);
    begins(1);
    const JobId id = insert(limited());
    claimed();
    expect_throttled(id);
    EXPECT_GT(find(id).lease, Lease{});
    EXPECT_EQ(next_look(), clock.now() + 10s);
    clock.advance(10s - 1us);
    EXPECT_EQ(jobs.promote_due(10).count, 0u);
    clock.advance(1us);
    EXPECT_EQ(jobs.promote_due(10).count, 1u);
    EXPECT_EQ(state_of(id), enqueued);
    EXPECT_EQ(find(id).parked_on, std::nullopt);
    const ClaimedJob run = claim_one();
    EXPECT_EQ(run.id, id);
    EXPECT_EQ(run.attempt, 1);
    EXPECT_EQ(begins(1), Waits{10s});
}

TEST_P(LimitRateConformance, AsManyAsAreOpenArePassedOnAtOnce) {
    for (const LimitKind kind : {LimitKind::fixed_window, LimitKind::sliding_window, LimitKind::bucket}) {
        clock.set(TimePoint{clock.now().time_since_epoch() / 1h * 1h + 1h});
        const std::string name{to_string(kind)};
        set_limit(kind, 3, 9s, name);
        const auto ids = insert_many(8, limited({{name, ""}}));
        EXPECT_EQ(claimed().size(), 3u) << name;
        clock.advance(9s);
        EXPECT_EQ(jobs.promote_due(100).count, 3u) << name;
        EXPECT_EQ(claimed(), (std::vector{ids[3], ids[4], ids[5]})) << name;
        clock.advance(1h);
        EXPECT_EQ(jobs.promote_due(100).count, 2u) << name;
        EXPECT_EQ(jobs.promote_due(100).next_due_at, std::nullopt) << name;
        EXPECT_EQ(claimed().size(), 2u) << name;
    }
}

TEST_P(LimitRateConformance, NoMoreBeginThanTheLimitSaysHoweverLateTheyAreClaimed) {
    set_limit(LimitKind::sliding_window, 1, 10s);
    insert_many(5, limited());
    EXPECT_EQ(claimed().size(), 1u);
    for (int i = 0; i < 6; ++i) {
        clock.advance(10s);
        jobs.promote_due(100);  // nobody has time to run it
    }
    EXPECT_EQ(count_of(enqueued), 1);
    EXPECT_EQ(claimed().size(), 1u);
    EXPECT_EQ(opens_in(), 10s);
}

TEST_P(LimitRateConformance, TheMostUrgentOfThoseThatWaitIsNext) {
    set_limit(LimitKind::sliding_window, 1, 10s);
    begins(1);
    const JobId old = insert(limited());
    clock.advance(1s);
    const JobId young = insert(limited());
    const JobId urgent = insert(limited({{"r", ""}}, 10));
    claimed();
    EXPECT_EQ(begins({urgent, old, young}), (Waits{9s, 19s, 29s}));
}

TEST_P(LimitRateConformance, ANewPriorityCountsWhileItWaits) {
    set_limit(LimitKind::sliding_window, 1, 10s);
    begins(1);
    const auto ids = insert_many(2, limited());
    claimed();
    operate(ids[1], Operation{.verb = Verb::move, .by = "somebody", .priority = 10});
    EXPECT_EQ(begins({ids[1], ids[0]}), (Waits{10s, 20s}));
}

TEST_P(LimitRateConformance, WhoWaitsComesBeforeWhoArrives) {
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

TEST_P(LimitRateConformance, WhoLeavesTheLineTakesNoSlotAlong) {
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

TEST_P(LimitRateConformance, ManyThatLeaveTheLineTakeNoSlotAlong) {
    set_limit(LimitKind::sliding_window, 1, 1min);
    insert_many(300, limited());
    claimed();
    EXPECT_EQ(slots().parked, 299);
    operations.start({.state = awaiting}, {.verb = Verb::remove, .by = "somebody"});
    settle_down();
    EXPECT_EQ(slots().parked, 0);
    EXPECT_EQ(begins(2), (Waits{1min, 2min}));
}

TEST_P(LimitRateConformance, WhenAllHaveLeftNobodyLooksAgain) {
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

TEST_P(LimitRateConformance, WhoHasASlotAndDoesNotRunPassesItOn) {
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

TEST_P(LimitRateConformance, WhoHasASlotAndExpiresPassesItOn) {
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

TEST_P(LimitRateConformance, ARetryNeedsASlotOfItsOwn) {
    set_limit(LimitKind::sliding_window, 1, 10s);
    const JobId id = insert(limited());
    finish(retry_of(run_of(id), 1s));
    clock.advance(1s);
    jobs.promote_due(10);
    claimed();
    EXPECT_EQ(reason_of(id), Reason::throttled);
    EXPECT_EQ(find(id).attempt, 1);
    EXPECT_EQ(opens_in(), 9s);
}

TEST_P(LimitRateConformance, ASlotIsUsedUpByAClaimThatIsGivenBack) {
    set_limit(LimitKind::sliding_window, 1, 10s);
    const JobId id = insert(limited());
    finish(return_of(run_of(id)));
    claimed();
    expect_throttled(id);
    EXPECT_EQ(opens_in(), 10s);
}

TEST_P(LimitRateConformance, AThrottledJobThatIsMovedByHandAsksAnew) {
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

TEST_P(LimitRateConformance, AThrottledJobThatIsReplacedKeepsItsPlace) {
    set_limit(LimitKind::sliding_window, 1, 10s);
    begins(1);
    NewJob first = limited();
    first.unique = Unique{.key = "k"};
    insert(first);
    const JobId behind = insert(limited());
    claimed();
    NewJob second = limited();
    second.arguments = R"({"n":2})";
    second.unique = Unique{.key = "k", .on_conflict = OnConflict::replace};
    submit({}, {second});
    expect_throttled(first.id);
    EXPECT_EQ(find(first.id).arguments, second.arguments);
    EXPECT_EQ(begins({first.id, behind}), (Waits{10s, 20s}));
}

TEST_P(LimitRateConformance, AThrottledJobThatIsPutOffLeavesTheLine) {
    set_limit(LimitKind::sliding_window, 1, 10s);
    begins(1);
    NewJob first = limited();
    first.unique = Unique{.key = "k"};
    insert(first);
    const JobId behind = insert(limited());
    claimed();
    NewJob second = limited();
    second.unique = Unique{.key = "k", .on_conflict = OnConflict::extend};
    second.due_at = clock.now() + 1min;
    submit({}, {second});
    EXPECT_EQ(state_of(first.id), scheduled);
    EXPECT_EQ(due_of(first.id), second.due_at);
    EXPECT_EQ(find(first.id).parked_on, std::nullopt);
    EXPECT_EQ(begins({first.id, behind}), (Waits{1min, 10s}));
}

TEST_P(LimitRateConformance, SeveralRatesAreUsedTogether) {
    set_limit(LimitKind::sliding_window, 1, 10s, "slow");
    set_limit(LimitKind::sliding_window, 1, 4s, "fast");
    const std::vector<LimitUse> both{{"fast", ""}, {"slow", ""}};
    const auto ids = insert_many(3, limited(both));
    claimed();
    expect_throttled(ids[1], "slow");
    EXPECT_EQ(opens_in("slow"), 10s);
    EXPECT_EQ(begins({ids[1], ids[2]}), (Waits{10s, 20s}));
    EXPECT_EQ(begins(1, {{"fast", ""}}), Waits{4s});
}

TEST_P(LimitRateConformance, ASlotOfOneRateIsNotKeptWhileAnotherIsAwaited) {
    set_limit(LimitKind::sliding_window, 1, 10s, "a");
    set_limit(LimitKind::sliding_window, 1, 10s, "b");
    begins(1, {{"a", ""}});
    clock.advance(5s);
    begins(1, {{"b", ""}});
    clock.advance(1s);
    const JobId both = insert(limited({{"a", ""}, {"b", ""}}));
    claimed();
    expect_throttled(both, "b");
    clock.advance(3s);
    const JobId only_a = insert(limited({{"a", ""}}));
    claimed();
    expect_throttled(only_a, "a");
    EXPECT_EQ(begins({only_a, both}), (Waits{1s, 11s}));
}

TEST_P(LimitRateConformance, APlaceIsTakenOnlyWhenTheJobRuns) {
    limits.set(std::vector{Limit{.name = "m"}});
    set_limit(LimitKind::sliding_window, 1, 10s);
    const std::vector<LimitUse> both{{"m", ""}, {"r", ""}};
    const auto ids = insert_many(2, limited(both));
    claimed();
    EXPECT_EQ(reason_of(ids[1]), Reason::limit);
    succeed(ids[0]);
    EXPECT_EQ(state_of(ids[1]), enqueued);
    claimed();
    expect_throttled(ids[1]);
    EXPECT_EQ(opens_in(), 10s);
    EXPECT_EQ(slots("m").taken, 0);

    const JobId holder = insert(limited({{"m", ""}}));
    EXPECT_EQ(claimed(), std::vector{holder});
    clock.advance(10s);
    jobs.promote_due(1);
    EXPECT_EQ(slots().taken, 1);
    claimed();
    EXPECT_EQ(reason_of(ids[1]), Reason::limit);
    EXPECT_EQ(slots().taken, 0) << "others may have it";
    succeed(holder);
    EXPECT_EQ(claimed(), std::vector{ids[1]});
}

TEST_P(LimitRateConformance, AParkedJobUsesUpNoRate) {
    limits.set(std::vector{Limit{.name = "m"}});
    set_limit(LimitKind::sliding_window, 2, 10s);
    insert(limited({{"m", ""}}));
    claimed();
    insert(limited({{"m", ""}, {"r", ""}}));
    claimed();
    EXPECT_EQ(begins(3), (Waits{0s, 0s, 10s}));
}

TEST_P(LimitRateConformance, PausedQueuesAreLeftOut) {
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

TEST_P(LimitRateConformance, WhoIsResumedBeforeASlotOpensGetsThatOne) {
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

TEST_P(LimitRateConformance, TypesThatNobodyServesAreLeftOut) {
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

TEST_P(LimitRateConformance, AHigherRateMovesThoseWhoWaitForward) {
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

TEST_P(LimitRateConformance, AShorterWindowMovesThoseWhoWaitForward) {
    set_limit(LimitKind::sliding_window, 1, 1h);
    const auto ids = insert_many(3, limited());
    claimed();
    clock.advance(10s);
    set_limit(LimitKind::sliding_window, 1, 1min);
    EXPECT_EQ(begins({ids[1], ids[2]}), (Waits{50s, 110s}));
}

TEST_P(LimitRateConformance, ALowerRateHoldsThoseWhoWaitBack) {
    set_limit(LimitKind::sliding_window, 2, 10s);
    const auto ids = insert_many(5, limited());
    claimed();
    set_limit(LimitKind::sliding_window, 1, 20s);
    EXPECT_EQ(begins({ids[2], ids[3], ids[4]}), (Waits{20s, 40s, 60s}));
}

TEST_P(LimitRateConformance, AnotherCapacityCountsWithWhatWasUsed) {
    set_limit(LimitKind::sliding_window, 3, 10s);
    EXPECT_EQ(begins(3), (Waits{0s, 0s, 0s}));
    set_limit(LimitKind::sliding_window, 2, 10s);
    clock.advance(1s);
    const JobId id = insert(limited());
    claimed();
    EXPECT_EQ(next_look(), clock.now() + 9s);
    set_limit(LimitKind::sliding_window, 4, 10s);
    EXPECT_EQ(begins({id}), Waits{0s});
}

TEST_P(LimitRateConformance, ALimitThatIsRemovedLetsAllGo) {
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

TEST_P(LimitRateConformance, ALimitThatIsMadeAgainCountsAnew) {
    for (const LimitKind kind : {LimitKind::sliding_window, LimitKind::fixed_window, LimitKind::bucket}) {
        set_limit(kind, 2, 10s);
        EXPECT_EQ(begins(2), (Waits{0s, 0s}));
        EXPECT_TRUE(limits.remove("r"));
        set_limit(kind, 2, 10s);
        EXPECT_EQ(begins(2), (Waits{0s, 0s}));
        EXPECT_TRUE(limits.remove("r"));
    }
}

TEST_P(LimitRateConformance, AClockThatIsSetBackCostsNoMoreThanAWindow) {
    for (const LimitKind kind : {LimitKind::fixed_window, LimitKind::sliding_window, LimitKind::bucket}) {
        clock.set(TimePoint{clock.now().time_since_epoch() / 1h * 1h + 3h});
        const std::string name{to_string(kind)};
        set_limit(kind, 1, 10s, name);
        EXPECT_EQ(begins(1, {{name, ""}}), Waits{0s});
        const JobId parked = insert(limited({{name, ""}}));
        claimed();
        clock.advance(-1h);
        settle_down();
        EXPECT_EQ(begins({parked}), Waits{10s}) << name;
        EXPECT_EQ(begins(1, {{name, ""}}), Waits{10s}) << name;
    }
}

TEST_P(LimitRateConformance, WhoWaitsIsCounted) {
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

INSTANTIATE_TEST_SUITE_P(Databases, LimitRateConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
