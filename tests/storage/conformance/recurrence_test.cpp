// What is due, what overlaps, and what people do with definitions.
#include "storage/model/time_text.hpp"
#include "tests/storage/conformance/recurrence_conformance.hpp"

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

TEST_P(RecurrenceConformance, OnlyWhatIsDueIsRead) {
    apply({"a", "b", "c"});
    const TimePoint first = next("a");
    EXPECT_TRUE(definitions.due(10).due.empty());
    EXPECT_EQ(definitions.due(10).next, first);
    clock.advance(1min);
    const DueDefinitions two = definitions.due(2);
    ASSERT_EQ(two.due.size(), 2u);
    EXPECT_EQ(two.due[0].next_at, first);
    EXPECT_EQ(two.due[0].revision, 1);
    EXPECT_EQ(two.next, std::nullopt) << "all are due";
    EXPECT_EQ(definitions.due(10).due.size(), 3u);
}

TEST_P(RecurrenceConformance, WhatWasMissedIsKeptUntilMoreIsMissed) {
    apply({"a"});
    EXPECT_EQ(definitions.find("a")->missed, std::nullopt);
    clock.advance(1h);
    const MissedInstants missed{next("a"), next("a") + 58min};
    const auto fire_next = [&](const std::optional<MissedInstants>& left_out) {
        const StoredDefinition stored = definitions.find("a").value();
        Firing firing{stored.id, stored.revision, *stored.next_at, clock.now() + 1min, {}};
        firing.missed = left_out;
        EXPECT_EQ(definitions.fire({&firing, 1}), 1u);
    };
    EXPECT_TRUE(definitions.find("a")->is_late_at(clock.now()));
    fire_next(missed);
    EXPECT_FALSE(definitions.find("a")->is_late_at(clock.now()));
    EXPECT_EQ(definitions.find("a")->missed, missed);
    clock.advance(1min);
    fire_next({});
    EXPECT_EQ(definitions.find("a")->missed, missed);
    const MissedInstants later{next("a"), next("a")};
    clock.advance(2min);
    fire_next(later);
    EXPECT_EQ(definitions.list().at(0).missed, later);
    apply({"a"}, 2min);
    EXPECT_EQ(definitions.find("a")->missed, later) << "it is what happened, whatever comes";
}

TEST_P(RecurrenceConformance, AChangeIsTold) {
    apply({"a"});
    const auto before = definitions.due(1).change;
    EXPECT_EQ(definitions.due(1).change, before);
    apply({"a"});
    EXPECT_EQ(definitions.due(1).change, before) << "nothing has changed";
    apply({"a", "b"});
    const auto after = definitions.due(1).change;
    EXPECT_NE(after, before);
    definitions.pause("a", "ada", "", {});
    EXPECT_NE(definitions.due(1).change, after);
}

TEST_P(RecurrenceConformance, OverlapSkipsWhileTheRunBeforeIsNotFinal) {
    apply({"a"});
    const JobId first = fire("a", Overlap::skip);
    EXPECT_FALSE(is_there(fire("a", Overlap::skip))) << "the first one is enqueued still";
    const std::vector<JobId> ids{first};
    operations.operate(ids, {.verb = Verb::cancel, .by = "ada"});
    EXPECT_TRUE(is_there(fire("a", Overlap::skip)));
}

TEST_P(RecurrenceConformance, OverlapQueuesBehindTheLatest) {
    apply({"a"});
    const JobId first = fire("a", Overlap::queue);
    const JobId second = fire("a", Overlap::queue);
    const JobId third = fire("a", Overlap::queue);
    EXPECT_EQ(state(first), StateName::enqueued);
    EXPECT_EQ(state(second), StateName::awaiting);
    const std::vector<JobId> ids{first};
    operations.operate(ids, {.verb = Verb::cancel, .by = "ada"});
    EXPECT_EQ(state(second), StateName::enqueued);
    EXPECT_EQ(state(third), StateName::awaiting);
}

TEST_P(RecurrenceConformance, OverlapReplacesWhatHasNotBegun) {
    apply({"a"});
    const JobId first = fire("a", Overlap::replace);
    const JobId second = fire("a", Overlap::replace);
    EXPECT_EQ(state(first), StateName::deleted);
    EXPECT_EQ(state(second), StateName::enqueued);
}

// ---- definitions that fire together ----

TEST_P(RecurrenceConformance, ARunOfOneThatFiresWithOthersMakesAllBeSkipped) {
    apply_group({"a", "b"});
    const auto [a, b] = fire_group(Overlap::skip);
    cancel(a);
    const auto [next_a, next_b] = fire_group(Overlap::skip);
    EXPECT_FALSE(is_there(next_a)) << "it would run without the other";
    EXPECT_FALSE(is_there(next_b)) << "b is not final";
    cancel(b);
    const auto [last_a, last_b] = fire_group(Overlap::skip);
    EXPECT_TRUE(is_there(last_a));
    EXPECT_TRUE(is_there(last_b));
}

TEST_P(RecurrenceConformance, ThoseThatFireTogetherAreQueuedEachBehindItsOwn) {
    apply_group({"a", "b"});
    const auto [a, b] = fire_group(Overlap::queue);
    cancel(a);
    const auto [next_a, next_b] = fire_group(Overlap::queue);
    EXPECT_EQ(state(next_a), StateName::enqueued);
    EXPECT_EQ(state(next_b), StateName::awaiting) << "b is not final";
    cancel(b);
    EXPECT_EQ(state(next_b), StateName::enqueued);
}

TEST_P(RecurrenceConformance, ThoseThatFireTogetherAreReplacedTogether) {
    apply_group({"a", "b"});
    const auto [a, b] = fire_group(Overlap::replace);
    const auto [next_a, next_b] = fire_group(Overlap::replace);
    EXPECT_EQ(state(a), StateName::deleted);
    EXPECT_EQ(state(b), StateName::deleted);
    EXPECT_EQ(state(next_a), StateName::enqueued);
    EXPECT_EQ(state(next_b), StateName::enqueued);
}

TEST_P(RecurrenceConformance, APauseHoldsForAllThatFireTogether) {
    apply_group({"a", "b"});
    const TimePoint until = next("a") + 5min;
    EXPECT_TRUE(definitions.pause("b", "ada", "why", until));
    for (const char* name : {"a", "b"}) {
        ASSERT_TRUE(definitions.find(name)->pause.has_value()) << name;
        EXPECT_EQ(definitions.find(name)->pause->reason, "why") << name;
        EXPECT_EQ(next(name), until) << name;
    }
    EXPECT_TRUE(definitions.resume("a", "bob"));
    EXPECT_EQ(definitions.find("b")->pause, std::nullopt);
    EXPECT_EQ(next("b"), next("a"));
}

TEST_P(RecurrenceConformance, WhatBeginsToFireWithAPausedOneIsPausedToo) {
    apply({"a", "b"});
    definitions.pause("b", "ada", "why", {});
    apply_group({"a", "b", "c"});
    for (const char* name : {"a", "b", "c"}) {
        EXPECT_EQ(definitions.find(name)->pause, definitions.find("b")->pause) << name;
        EXPECT_EQ(definitions.find(name)->next_at, std::nullopt) << name;
    }
    EXPECT_TRUE(definitions.resume("c", "bob"));
    EXPECT_EQ(next("a"), next("b"));
}

TEST_P(RecurrenceConformance, ARunThatIsReplacedSaysByWhat) {
    apply({"a"});
    fire("a", Overlap::replace);
    const std::string why =
        "a newer run of its definition, that for " + to_text(next("a")) + ", took its place";
    const std::vector<ClaimedJob> claimed = claim(1);
    ASSERT_EQ(claimed.size(), 1u);
    fire("a", Overlap::replace);
    const auto runs = jobs.cancelled_runs_of(server, 10);
    ASSERT_EQ(runs.size(), 1u);
    EXPECT_EQ(runs[0].job, claimed[0].id);
    EXPECT_EQ(runs[0].why, why);
    EXPECT_EQ(queries.events(claimed[0].id).back().message, why);
}

INSTANTIATE_TEST_SUITE_P(Databases, RecurrenceConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
