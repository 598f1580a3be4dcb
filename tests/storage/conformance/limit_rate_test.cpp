// How often runs begin.
#include "tests/storage/conformance/limit_rates.hpp"

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class LimitRateConformance : public LimitRates {};

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

TEST_P(LimitRateConformance, SeveralRatesAreUsedTogether) {
    set_limit(LimitKind::sliding_window, 1, 10s, "slow");
    set_limit(LimitKind::sliding_window, 1, 4s, "fast");
    const std::vector<LimitUse> both{{"fast", ""}, {"slow", ""}};
    const auto ids = insert_many(3, limited(both));
    claimed();
    expect_throttled(ids[1], "fast");
    EXPECT_EQ(opens_in("fast"), 4s);
    EXPECT_EQ(begins({ids[1], ids[2]}), (Waits{10s, 20s}));
    EXPECT_EQ(begins(1, {{"fast", ""}}), Waits{4s});
}

TEST_P(LimitRateConformance, ASlotOfOneRateIsKeptWhileAnotherIsAwaited) {
    set_limit(LimitKind::sliding_window, 1, 10s, "a");
    set_limit(LimitKind::sliding_window, 1, 10s, "b");
    begins(1, {{"a", ""}});
    clock.advance(5s);
    begins(1, {{"b", ""}});
    clock.advance(1s);
    const JobId both = insert(limited({{"a", ""}, {"b", ""}}));
    claimed();
    expect_throttled(both, "a");
    clock.advance(3s);
    const JobId only_a = insert(limited({{"a", ""}}));
    claimed();
    expect_throttled(only_a, "a");
    EXPECT_EQ(begins({only_a, both}), (Waits{16s, 6s})) << "its window begins with the run";
}

TEST_P(LimitRateConformance, NoPlaceIsTakenWhileARateIsAwaited) {
    limits.set(std::vector{Limit{.name = "m"}});
    set_limit(LimitKind::sliding_window, 1, 10s);
    const auto ids = insert_many(2, limited({{"m", ""}, {"r", ""}}));
    claimed();
    expect_throttled(ids[1]);
    EXPECT_EQ(opens_in(), 10s);
    succeed(ids[0]);
    EXPECT_EQ(slots("m").taken, 0);
    const JobId holder = insert(limited({{"m", ""}}));
    EXPECT_EQ(claimed(), std::vector{holder});

    clock.advance(10s);
    jobs.promote_due(1);
    EXPECT_EQ(slots().taken, 1);
    claimed();
    EXPECT_EQ(reason_of(ids[1]), Reason::limit);
    EXPECT_EQ(slots().taken, 1) << "it is promised";
    succeed(holder);
    EXPECT_EQ(claimed(), std::vector{ids[1]});
    EXPECT_EQ(slots().taken, 0);
    EXPECT_EQ(slots("m").taken, 1);
}

TEST_P(LimitRateConformance, WhoWaitsForAPlaceKeepsItsSlotOfARate) {
    limits.set(std::vector{Limit{.name = "m"}});
    set_limit(LimitKind::sliding_window, 2, 10s);
    insert(limited({{"m", ""}}));
    claimed();
    const JobId waits = insert(limited({{"m", ""}, {"r", ""}}));
    claimed();
    EXPECT_EQ(begins(2), (Waits{0s, 10s}));
    EXPECT_EQ(reason_of(waits), Reason::limit);
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

INSTANTIATE_TEST_SUITE_P(Databases, LimitRateConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
