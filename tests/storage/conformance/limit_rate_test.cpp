#include "tests/storage/conformance/workflow_conformance.hpp"

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class LimitRateConformance : public WorkflowConformance {
protected:
    void set_limit(LimitKind kind, std::int64_t capacity, Duration window, const std::string& name = "r") {
        limits.set(std::vector{Limit{.name = name, .kind = kind, .capacity = capacity, .window = window}});
    }
    NewJob limited(const std::vector<LimitUse>& uses = {{"r", ""}}) {
        NewJob made = job();
        made.limits = uses;
        return made;
    }
    // When `count` jobs that are claimed now may run, since now.
    std::vector<Duration> waits(std::size_t count, const std::vector<LimitUse>& uses = {{"r", ""}}) {
        const auto ids = insert_many(count, limited(uses));
        claimed();
        std::vector<Duration> found;
        for (const JobId id : ids) {
            found.push_back(state_of(id) == processing ? Duration{} : due_of(id) - clock.now());
            EXPECT_EQ(reason_of(id), state_of(id) == processing ? Reason::none : Reason::throttled);
        }
        return found;
    }
    using Waits = std::vector<Duration>;
};

TEST_P(LimitRateConformance, FixedWindowsBeginAtTheEpoch) {
    clock.set(TimePoint{std::chrono::days{20000} + 3s});
    set_limit(LimitKind::fixed_window, 2, 10s);
    EXPECT_EQ(waits(7), (Waits{0s, 0s, 7s, 7s, 17s, 17s, 27s}));
    clock.advance(1s);
    EXPECT_EQ(waits(2), (Waits{26s, 36s}));
}

TEST_P(LimitRateConformance, AFixedWindowThatIsOverIsForgotten) {
    clock.set(TimePoint{std::chrono::days{20000}});
    set_limit(LimitKind::fixed_window, 2, 10s);
    EXPECT_EQ(waits(1), Waits{0s});
    clock.advance(10s - 1us);
    EXPECT_EQ(waits(2), (Waits{0s, 1us}));
    clock.advance(20s);
    EXPECT_EQ(waits(3), (Waits{0s, 0s, 1us}));
}

TEST_P(LimitRateConformance, ASlidingWindowCountsBackFromEachRun) {
    set_limit(LimitKind::sliding_window, 2, 10s);
    EXPECT_EQ(waits(1), Waits{0s});
    clock.advance(4s);
    EXPECT_EQ(waits(4), (Waits{0s, 6s, 10s, 16s}));
    clock.advance(30s);
    EXPECT_EQ(waits(3), (Waits{0s, 0s, 10s}));
}

TEST_P(LimitRateConformance, ABucketRefillsEvenly) {
    set_limit(LimitKind::bucket, 4, 10s);
    EXPECT_EQ(waits(6), (Waits{0s, 0s, 0s, 0s, 2500ms, 5s}));
    clock.advance(6s);
    EXPECT_EQ(waits(1), Waits{1500ms});
    clock.advance(1h);
    EXPECT_EQ(waits(5), (Waits{0s, 0s, 0s, 0s, 2500ms}));
}

TEST_P(LimitRateConformance, ABucketRoundsItsRefillUp) {
    set_limit(LimitKind::bucket, 3, 10us);
    EXPECT_EQ(waits(6), (Waits{0us, 0us, 0us, 4us, 8us, 12us}));
}

TEST_P(LimitRateConformance, EachKeyIsCountedByItself) {
    set_limit(LimitKind::sliding_window, 1, 10s);
    EXPECT_EQ(waits(2, {{"r", "a"}}), (Waits{0s, 10s}));
    EXPECT_EQ(waits(2, {{"r", "b"}}), (Waits{0s, 10s}));
}

TEST_P(LimitRateConformance, AThrottledJobRunsAtItsInstant) {
    set_limit(LimitKind::sliding_window, 1, 10s);
    waits(1);
    const JobId id = insert(limited());
    claimed();
    EXPECT_EQ(find(id).attempt, 0);
    EXPECT_EQ(find(id).parked_on, std::nullopt);
    EXPECT_EQ(jobs.promote_due(10).next_due_at, clock.now() + 10s);
    clock.advance(10s);
    jobs.promote_due(10);
    EXPECT_EQ(state_of(id), enqueued);
    EXPECT_EQ(claim_one().id, id);
    EXPECT_EQ(waits(1), Waits{10s});
}

TEST_P(LimitRateConformance, ARetryNeedsASlotOfItsOwn) {
    set_limit(LimitKind::sliding_window, 1, 10s);
    const JobId id = insert(limited());
    finish(retry_of(run_of(id), 1s));
    clock.advance(1s);
    jobs.promote_due(10);
    claimed();
    EXPECT_EQ(reason_of(id), Reason::throttled);
    EXPECT_EQ(due_of(id), clock.now() + 9s);
    EXPECT_EQ(find(id).attempt, 1);
}

TEST_P(LimitRateConformance, ASlotIsUsedUpByAClaimThatIsGivenBack) {
    set_limit(LimitKind::sliding_window, 1, 10s);
    const JobId id = insert(limited());
    finish(return_of(run_of(id)));
    claimed();
    EXPECT_EQ(due_of(id), clock.now() + 10s);
}

TEST_P(LimitRateConformance, AThrottledJobThatIsMovedByHandAsksAnew) {
    set_limit(LimitKind::sliding_window, 1, 10s);
    EXPECT_EQ(waits(2), (Waits{0s, 10s}));
    const JobId id = listed({.state = scheduled, .queue = {}, .type = {}, .definition = {}}).at(0).id;
    EXPECT_EQ(requeue(id), Operated::done);
    claimed();
    EXPECT_EQ(due_of(id), clock.now() + 20s);
    EXPECT_EQ(reschedule(id, clock.now() + 1s), Operated::done);
    clock.advance(1s);
    jobs.promote_due(1);
    claimed();
    EXPECT_EQ(due_of(id), clock.now() + 29s);
}

TEST_P(LimitRateConformance, AThrottledJobThatIsReplacedAsksAnew) {
    set_limit(LimitKind::sliding_window, 1, 10s);
    waits(1);
    NewJob first = limited();
    first.unique = Unique{.key = "k"};
    insert(first);
    claimed();
    EXPECT_EQ(due_of(first.id), clock.now() + 10s);
    NewJob second = limited();
    second.unique = Unique{.key = "k", .on_conflict = OnConflict::replace};
    submit({}, {second});
    EXPECT_EQ(state_of(first.id), enqueued);
    claimed();
    EXPECT_EQ(due_of(first.id), clock.now() + 20s);
}

TEST_P(LimitRateConformance, SeveralRatesGiveTheFirstInstantOfAll) {
    set_limit(LimitKind::sliding_window, 1, 10s, "slow");
    set_limit(LimitKind::sliding_window, 1, 4s, "fast");
    const std::vector<LimitUse> both{{"fast", ""}, {"slow", ""}};
    EXPECT_EQ(waits(3, both), (Waits{0s, 10s, 20s}));
    EXPECT_EQ(waits(1, {{"fast", ""}}), Waits{24s});
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
    EXPECT_EQ(reason_of(ids[1]), Reason::throttled);
    EXPECT_EQ(due_of(ids[1]), clock.now() + 10s);
    EXPECT_EQ(limits.list().at(0).taken, 0);

    const JobId holder = insert(limited({{"m", ""}}));
    EXPECT_EQ(claimed(), std::vector{holder});
    clock.advance(10s);
    jobs.promote_due(1);
    claimed();
    EXPECT_EQ(reason_of(ids[1]), Reason::limit);
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
    EXPECT_EQ(waits(3), (Waits{0s, 0s, 10s}));
}

TEST_P(LimitRateConformance, RateLimitsListNoSlots) {
    set_limit(LimitKind::fixed_window, 1, 10s);
    waits(3);
    const LimitUsage usage = limits.list().at(0);
    EXPECT_EQ(usage.keys, 0);
    EXPECT_EQ(usage.taken, 0);
    EXPECT_EQ(usage.parked, 0);
}

TEST_P(LimitRateConformance, AnotherCapacityCountsWithWhatWasGiven) {
    set_limit(LimitKind::sliding_window, 3, 10s);
    EXPECT_EQ(waits(3), (Waits{0s, 0s, 0s}));
    set_limit(LimitKind::sliding_window, 2, 10s);
    clock.advance(1s);
    EXPECT_EQ(waits(1), Waits{9s});
    set_limit(LimitKind::sliding_window, 3, 10s);
    EXPECT_EQ(waits(3), (Waits{9s, 9s, 19s}));
}

TEST_P(LimitRateConformance, ALimitThatIsMadeAgainCountsAnew) {
    for (const LimitKind kind : {LimitKind::sliding_window, LimitKind::fixed_window, LimitKind::bucket}) {
        set_limit(kind, 2, 10s);
        EXPECT_EQ(waits(2), (Waits{0s, 0s}));
        for (const Job& run : listed({.state = processing}))
            succeed(run.id);
        EXPECT_TRUE(limits.remove("r"));
        set_limit(kind, 2, 10s);
        EXPECT_EQ(waits(2), (Waits{0s, 0s}));
        for (const Job& run : listed({.state = processing}))
            succeed(run.id);
        EXPECT_TRUE(limits.remove("r"));
    }
}

INSTANTIATE_TEST_SUITE_P(Databases, LimitRateConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
