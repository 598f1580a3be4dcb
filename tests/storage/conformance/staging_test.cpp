// Large batches that are laid ready, backfills, and definitions that are retired.
#include "tests/storage/conformance/recurrence_conformance.hpp"

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class StagingConformance : public RecurrenceConformance {};

TEST_P(StagingConformance, OneAloneStagesAnInstantUntilItsTimeIsOver) {
    apply({"a"});
    clock.advance(1min);
    const StoredDefinition stored = definitions.find("a").value();
    ServerId stagers_server = server;
    const auto may_stage = [&](std::int64_t stager, TimePoint seen) {
        return definitions.may_stage({stored.id, stored.revision, seen, stager, stagers_server}, 30s);
    };
    EXPECT_TRUE(may_stage(1, *stored.next_at));
    EXPECT_FALSE(may_stage(2, *stored.next_at));
    clock.advance(20s);
    EXPECT_TRUE(may_stage(1, *stored.next_at)) << "it goes on";
    clock.advance(20s);
    EXPECT_FALSE(may_stage(2, *stored.next_at));
    clock.advance(10s);
    EXPECT_TRUE(may_stage(2, *stored.next_at)) << "the other has given up";
    EXPECT_FALSE(may_stage(1, *stored.next_at));
    EXPECT_FALSE(may_stage(2, *stored.next_at + 1min)) << "that is not the next one";

    const Firing firing{stored.id, stored.revision, *stored.next_at, *stored.next_at + 1min, {}};
    EXPECT_EQ(definitions.fire({&firing, 1}), 1u);
    EXPECT_FALSE(may_stage(2, *stored.next_at));
    stagers_server = enter("second");
    EXPECT_TRUE(may_stage(1, *stored.next_at + 1min)) << "a new instant is free";
    EXPECT_FALSE(may_stage(2, *stored.next_at + 1min));
    servers.leave(stagers_server);
    EXPECT_TRUE(may_stage(2, *stored.next_at + 1min)) << "nobody is there any more to go on";
}

TEST_P(StagingConformance, WhatIsStagedForAnInstantThatIsOverStandsInNobodysWay) {
    apply({"a"});
    clock.advance(1min);
    const auto may_stage = [&](std::int64_t stager) {
        const StoredDefinition stored = definitions.find("a").value();
        return definitions.may_stage({stored.id, stored.revision, stored.next_at.value(), stager, server},
                                     30s);
    };
    ASSERT_TRUE(may_stage(1));
    definitions.pause("a", "ada", "", std::nullopt);
    definitions.resume("a", "ada");
    EXPECT_TRUE(may_stage(2)) << "it was paused meanwhile";
    apply({});
    apply({"a"});
    EXPECT_TRUE(may_stage(3)) << "it was retired meanwhile";
}

TEST_P(StagingConformance, ABackfillOfTheSameInstantIsOneBatch) {
    apply({"a"});
    const TimePoint instant = next("a") - 5min;
    const auto hand_in = [&] {
        NewBatch batch;
        batch.id = BatchId{jobs.reserve_ids(1).value};
        batch.name = "a";
        NewJob member = job("test.job");
        member.batch = batch.id;
        return definitions.hand_in({.definition = "a",
                                    .verb = Verb::backfill,
                                    .by = "ada",
                                    .jobs = {member},
                                    .batches = {batch},
                                    .backfilled = {{instant, batch.id}}});
    };
    EXPECT_TRUE(definitions.backfilled("a", instant, instant + 1s).empty());
    hand_in();
    EXPECT_EQ(definitions.backfilled("a", instant, instant + 1s), std::vector{instant});
    EXPECT_TRUE(definitions.backfilled("a", instant + 1s, instant + 2s).empty());
    EXPECT_THROW(hand_in(), StorageError) << "somebody else was sooner";
    EXPECT_EQ(workflows.list({}, 10, {}).batches.size(), 1u);
}

TEST_P(StagingConformance, TheInstantsOfJobsThatWereBackfilledAreKnown) {
    apply({"a"});
    const NewJob made = backfill_of("a");
    definitions.hand_in({.definition = "a", .verb = Verb::backfill, .by = "ada", .jobs = {made}});
    EXPECT_EQ(definitions.backfilled("a", *made.nominal_at, next("a")), std::vector{*made.nominal_at});
    fire("a", Overlap::allow);
    EXPECT_EQ(definitions.backfilled("a", *made.nominal_at, next("a")).size(), 1u) << "that is no backfill";
}

TEST_P(StagingConformance, ARetiredDefinitionIsFoundAsWhatItWas) {
    apply({"a"});
    EXPECT_FALSE(definitions.find_retired("a").has_value());
    clock.advance(1s);
    apply({});
    const auto retired = definitions.find_retired("a");
    ASSERT_TRUE(retired.has_value());
    EXPECT_EQ(retired->retired_at, clock.now());
    EXPECT_TRUE(retired->definition.schedule.has_value());
    EXPECT_FALSE(definitions.find_retired("b").has_value());
    apply({"a"});
    EXPECT_FALSE(definitions.find_retired("a").has_value());
    EXPECT_EQ(definitions.find("a")->retired_at, std::nullopt);
}

TEST_P(StagingConformance, WhatIsHandedInByHandIsNoRunOfTheSchedule) {
    apply({"a"});
    NewJob made = job("test.job");
    made.definition = definitions.find("a")->id;
    const TimePoint before = next("a");
    definitions.hand_in({.definition = "a", .verb = Verb::trigger, .by = "ada", .jobs = {made}});
    EXPECT_EQ(next("a"), before);
    EXPECT_TRUE(is_there(fire("a", Overlap::skip)));
    const Command noted = operations.commands(1).at(0);
    EXPECT_EQ(noted.verb, Verb::trigger);
    EXPECT_EQ(noted.definition, "a");
    EXPECT_EQ(noted.by, "ada");
}

TEST_P(StagingConformance, ABackfillOfTheSameInstantIsOneJob) {
    apply({"a"});
    const NewJob made = backfill_of("a");
    const Extra extra{.definition = "a", .verb = Verb::backfill, .by = "ada", .jobs = {made}};
    EXPECT_TRUE(definitions.hand_in(extra).at(0).is_new);
    Extra again = extra;
    again.jobs[0].id = jobs.reserve_ids(1);
    EXPECT_EQ(definitions.hand_in(again).at(0), (Inserted{made.id, false}));
}

TEST_P(StagingConformance, APausedDefinitionIsNotDueAndMakesUpForNothing) {
    apply({"a", "b"});
    EXPECT_TRUE(definitions.pause("a", "ada", "the mail server is away", {}));
    EXPECT_FALSE(definitions.pause("nobody", "ada", "", {}));
    clock.advance(10min);
    ASSERT_EQ(definitions.due(10).due.size(), 1u) << "b";
    const auto pause = definitions.find("a")->pause;
    ASSERT_TRUE(pause.has_value());
    EXPECT_EQ(pause->by, "ada");
    EXPECT_EQ(pause->reason, "the mail server is away");
    EXPECT_EQ(pause->until, std::nullopt);
    EXPECT_EQ(definitions.list().at(0).pause->by, "ada");

    EXPECT_TRUE(definitions.resume("a", "bob"));
    EXPECT_FALSE(definitions.resume("a", "bob"));
    EXPECT_GT(next("a"), clock.now());
    EXPECT_LE(next("a"), clock.now() + 1min);
    EXPECT_EQ(definitions.find("a")->pause, std::nullopt);
    EXPECT_EQ(operations.commands(1).at(0).verb, Verb::resume_definition);
}

TEST_P(StagingConformance, APauseWithAnEndEndsByItself) {
    apply({"a"});
    const TimePoint until = next("a") + 5min;
    definitions.pause("a", "ada", "", until);
    EXPECT_EQ(next("a"), until) << "its first instant is due";
    definitions.pause("a", "bob", "longer", until + 1s);
    EXPECT_EQ(next("a"), until + 1min);
    EXPECT_EQ(definitions.find("a")->pause->by, "ada") << "who did it first";
}

TEST_P(StagingConformance, AChangedScheduleStaysPaused) {
    apply({"a"});
    definitions.pause("a", "ada", "", {});
    apply({"a"}, 2min);
    EXPECT_EQ(definitions.find("a")->next_at, std::nullopt);
    apply({});
    apply({"a"});
    EXPECT_TRUE(definitions.find("a")->pause.has_value());
}

INSTANTIATE_TEST_SUITE_P(Databases, StagingConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
