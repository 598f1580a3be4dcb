#include "tests/storage/apply_definitions.hpp"
#include "tests/storage/conformance/conformance.hpp"

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class DefinitionConformance : public StorageConformance {
protected:
    static Definition every_minute(const std::string& name) {
        Definition definition;
        definition.name = name;
        definition.type = "test.job";
        definition.schedule = Every{1min, TimePoint{}};
        return definition;
    }
    Applied apply(const std::vector<Definition>& list, const std::string& source = "shop/jobs.yaml",
                  const std::string& by = "server one") {
        const SourceDefinitions given{source, list};
        return apply_definitions(sources, "shop", by, {&given, 1});
    }
    Firing firing_of(const std::string& name) {
        const StoredDefinition stored = definitions.find(name).value();
        NewJob made = job(stored.definition.type);
        made.definition = stored.id;
        made.nominal_at = stored.next_at;
        made.origin = Origin::schedule;
        return {stored.id, stored.revision, *stored.next_at, *stored.next_at + 1min, {made}};
    }
};

TEST_P(DefinitionConformance, ApplyingTwiceChangesNothing) {
    EXPECT_EQ(apply({every_minute("a"), every_minute("b")}).added, 2u);
    const auto before = definitions.list();

    const Applied again = apply({every_minute("a"), every_minute("b")});

    EXPECT_EQ(again.added + again.changed + again.retired, 0u);
    EXPECT_EQ(definitions.list().at(0).revision, before.at(0).revision);
    EXPECT_EQ(definitions.list().at(0).definition, every_minute("a"));
}

TEST_P(DefinitionConformance, WhatIsNotListedRetiresAndMayComeBack) {
    apply({every_minute("a"), every_minute("b")});
    EXPECT_EQ(apply({every_minute("a")}).retired, 1u);
    EXPECT_EQ(definitions.find("b"), std::nullopt);

    clock.advance(1h);
    EXPECT_EQ(apply({every_minute("a"), every_minute("b")}).added, 1u);
    EXPECT_GT(definitions.find("b")->next_at, clock.now()) << "nothing fires for the time it was away";
}

TEST_P(DefinitionConformance, ANameOfAnotherSourceIsRefusedAsAWhole) {
    apply({every_minute("a")}, "shop/one.yaml", "server one");

    EXPECT_THROW(apply({every_minute("b"), every_minute("a")}, "shop/two.yaml", "server two"), StorageError);
    EXPECT_EQ(definitions.list().size(), 1u);
}

TEST_P(DefinitionConformance, AFileMayBeRenamedAndSplitWithoutLosingItsPlace) {
    apply({every_minute("a"), every_minute("b")}, "shop/all.yaml");
    const auto due = definitions.find("a")->next_at;
    clock.advance(5min);

    const std::vector<SourceDefinitions> split{{"shop/first.yaml", {every_minute("b")}},
                                               {"shop/second.yaml", {every_minute("a")}}};
    const Applied applied = apply_definitions(sources, "shop", "server one", split);

    EXPECT_EQ(applied.changed, 2u);
    EXPECT_EQ(applied.added + applied.retired, 0u);
    EXPECT_EQ(definitions.find("a")->source, "shop/second.yaml");
    EXPECT_EQ(definitions.find("a")->next_at, due);
}

TEST_P(DefinitionConformance, AFileThatIsGoneRetiresWhatItsOwnServerAppliedFromIt) {
    apply({every_minute("a")}, "shop/jobs.yaml", "server one");

    EXPECT_EQ(apply_definitions(sources, "shop", "server two", {}).retired, 0u) << "it never had that file";
    EXPECT_EQ(apply_definitions(sources, "other", "server one", {}).retired, 0u)
        << "it is of another application";
    EXPECT_EQ(apply_definitions(sources, "shop", "server one", {}).retired, 1u);
    EXPECT_EQ(definitions.find("a"), std::nullopt);
}

TEST_P(DefinitionConformance, AChangedScheduleStartsAnewAndOtherChangesKeepIt) {
    apply({every_minute("a")});
    const auto due = definitions.find("a")->next_at;
    clock.advance(5min);

    Definition other_queue = every_minute("a");
    other_queue.queue = QueueName{"reports"};
    EXPECT_EQ(apply({other_queue}).changed, 1u);
    EXPECT_EQ(definitions.find("a")->next_at, due) << "what is due stays due";

    other_queue.schedule = Every{2min, TimePoint{}};
    apply({other_queue});
    EXPECT_GT(definitions.find("a")->next_at, clock.now());
}

TEST_P(DefinitionConformance, ExactlyOneHostFiresForAnInstant) {
    apply({every_minute("a")});
    clock.advance(1min);
    const Firing ours = firing_of("a");
    const Firing theirs = firing_of("a");
    const auto other = database->open(clock);

    EXPECT_EQ(definitions.fire({&ours, 1}), 1u);
    EXPECT_EQ(other->definitions().fire({&theirs, 1}), 0u);

    const auto made = queries.list({}, 10, "").jobs;
    ASSERT_EQ(made.size(), 1u);
    EXPECT_EQ(made[0].definition, "a");
    EXPECT_EQ(made[0].nominal_at, ours.seen);
}

TEST_P(DefinitionConformance, AFiringOfAnEarlierRevisionIsRefused) {
    apply({every_minute("a")});
    clock.advance(1min);
    const Firing stale = firing_of("a");
    Definition changed = every_minute("a");
    changed.priority = 5;
    apply({changed});

    EXPECT_EQ(definitions.fire({&stale, 1}), 0u);
    EXPECT_TRUE(queries.list({}, 10, "").jobs.empty());
}

TEST_P(DefinitionConformance, AnInstantThatComesAroundAgainHindersNoSchedule) {
    apply({every_minute("a"), every_minute("b")});
    clock.advance(1min);
    const std::vector first{firing_of("a"), firing_of("b")};
    definitions.fire(first);
    clock.advance(-1min);  // set back, and then a schedule starts anew
    apply({every_minute("b")});
    apply({every_minute("a"), every_minute("b")});
    clock.advance(2min);

    const std::vector again{firing_of("a"), firing_of("b")};
    ASSERT_EQ(again[0].seen, first[0].seen);
    EXPECT_EQ(definitions.fire(again), 2u);
    EXPECT_EQ(queries.list({}, 10, "").jobs.size(), 3u) << "two of b, and a's instant has had its job";
}

TEST_P(DefinitionConformance, AnotherTimeZoneIsAnotherSchedule) {
    Definition daily = every_minute("a");
    daily.schedule = std::get<Cron>(Cron::parse("0 2 * * *", "Europe/Istanbul"));
    apply({daily});
    clock.advance(50h);  // two are due
    daily.schedule = std::get<Cron>(Cron::parse("0 2 * * *", "America/New_York"));
    apply({daily});
    EXPECT_EQ(definitions.find("a")->next_at, daily.schedule->next(clock.now()));
}

INSTANTIATE_TEST_SUITE_P(Databases, DefinitionConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
