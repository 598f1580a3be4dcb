// What is due, what overlaps, and what people do with definitions.
#include "storage/model/time_text.hpp"
#include "tests/storage/apply_definitions.hpp"
#include "tests/storage/conformance/conformance.hpp"

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class RecurrenceConformance : public StorageConformance {
protected:
    void apply(const std::vector<std::string>& names, Duration period = 1min) {
        std::vector<Definition> list;
        for (const std::string& name : names) {
            Definition definition;
            definition.name = name;
            definition.type = "test.job";
            definition.schedule = Every{period, TimePoint{}};
            list.push_back(std::move(definition));
        }
        const SourceDefinitions given{"shop/jobs.yaml", list};
        apply_definitions(sources, "shop", "server one", {&given, 1});
    }
    // Which something waits for together.
    void apply_group(const std::vector<std::string>& names) {
        std::vector<Definition> list;
        for (const std::string& name : names) {
            Definition definition;
            definition.name = name;
            definition.type = "test.job";
            definition.schedule = Every{1min, TimePoint{}};
            definition.fires_with = names;
            list.push_back(std::move(definition));
        }
        const SourceDefinitions given{"shop/jobs.yaml", list};
        apply_definitions(sources, "shop", "server one", {&given, 1});
    }
    // The jobs of "a" and "b" for the next instant, one minute on.
    std::pair<JobId, JobId> fire_group(Overlap overlap) {
        clock.advance(1min);
        const StoredDefinition a = definitions.find("a").value();
        const StoredDefinition b = definitions.find("b").value();
        Firing firing{a.id, a.revision, *a.next_at, *a.next_at + 1min, {}};
        for (const StoredDefinition& stored : {a, b}) {
            NewJob made = job("test.job");
            made.definition = stored.id;
            made.nominal_at = a.next_at;
            made.origin = Origin::schedule;
            firing.jobs.push_back(made);
        }
        firing.overlap = overlap;
        firing.together = {b.id};
        EXPECT_EQ(definitions.fire({&firing, 1}), 1u);
        return {firing.jobs[0].id, firing.jobs[1].id};
    }
    void cancel(JobId job) { operations.operate({&job, 1}, {.verb = Verb::cancel, .by = "ada"}); }
    TimePoint next(const std::string& name) { return definitions.find(name)->next_at.value(); }
    // The job that fires for the next instant of a definition, one minute on.
    JobId fire(const std::string& name, Overlap overlap) {
        clock.advance(1min);
        const StoredDefinition stored = definitions.find(name).value();
        NewJob made = job("test.job");
        made.definition = stored.id;
        made.nominal_at = stored.next_at;
        made.origin = Origin::schedule;
        Firing firing{stored.id, stored.revision, *stored.next_at, *stored.next_at + 1min, {made}};
        firing.overlap = overlap;
        EXPECT_EQ(definitions.fire({&firing, 1}), 1u);
        return made.id;
    }
    // The job of an instant that is over.
    NewJob backfill_of(const std::string& name) {
        NewJob made = job("test.job");
        made.definition = definitions.find(name)->id;
        made.nominal_at = next(name) - 5min;
        made.origin = Origin::backfill;
        return made;
    }
    bool is_there(JobId job) { return queries.find(job).has_value(); }
    StateName state(JobId job) { return name_of(queries.find(job)->state); }
};

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

// ---- large batches, backfills, retired definitions ----

TEST_P(RecurrenceConformance, OneAloneStagesAnInstantUntilItsTimeIsOver) {
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

TEST_P(RecurrenceConformance, WhatIsStagedForAnInstantThatIsOverStandsInNobodysWay) {
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

TEST_P(RecurrenceConformance, ABackfillOfTheSameInstantIsOneBatch) {
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

TEST_P(RecurrenceConformance, TheInstantsOfJobsThatWereBackfilledAreKnown) {
    apply({"a"});
    const NewJob made = backfill_of("a");
    definitions.hand_in({.definition = "a", .verb = Verb::backfill, .by = "ada", .jobs = {made}});
    EXPECT_EQ(definitions.backfilled("a", *made.nominal_at, next("a")), std::vector{*made.nominal_at});
    fire("a", Overlap::allow);
    EXPECT_EQ(definitions.backfilled("a", *made.nominal_at, next("a")).size(), 1u) << "that is no backfill";
}

TEST_P(RecurrenceConformance, ARetiredDefinitionIsFoundAsWhatItWas) {
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

TEST_P(RecurrenceConformance, WhatIsHandedInByHandIsNoRunOfTheSchedule) {
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

TEST_P(RecurrenceConformance, ABackfillOfTheSameInstantIsOneJob) {
    apply({"a"});
    const NewJob made = backfill_of("a");
    const Extra extra{.definition = "a", .verb = Verb::backfill, .by = "ada", .jobs = {made}};
    EXPECT_TRUE(definitions.hand_in(extra).at(0).is_new);
    Extra again = extra;
    again.jobs[0].id = jobs.reserve_ids(1);
    EXPECT_EQ(definitions.hand_in(again).at(0), (Inserted{made.id, false}));
}

TEST_P(RecurrenceConformance, APausedDefinitionIsNotDueAndMakesUpForNothing) {
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

TEST_P(RecurrenceConformance, APauseWithAnEndEndsByItself) {
    apply({"a"});
    const TimePoint until = next("a") + 5min;
    definitions.pause("a", "ada", "", until);
    EXPECT_EQ(next("a"), until) << "its first instant is due";
    definitions.pause("a", "bob", "longer", until + 1s);
    EXPECT_EQ(next("a"), until + 1min);
    EXPECT_EQ(definitions.find("a")->pause->by, "ada") << "who did it first";
}

TEST_P(RecurrenceConformance, AChangedScheduleStaysPaused) {
    apply({"a"});
    definitions.pause("a", "ada", "", {});
    apply({"a"}, 2min);
    EXPECT_EQ(definitions.find("a")->next_at, std::nullopt);
    apply({});
    apply({"a"});
    EXPECT_TRUE(definitions.find("a")->pause.has_value());
}

INSTANTIATE_TEST_SUITE_P(Databases, RecurrenceConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
