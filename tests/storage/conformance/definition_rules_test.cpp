#include "tests/storage/apply_definitions.hpp"
#include "tests/storage/conformance/conformance.hpp"

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class DefinitionRulesConformance : public StorageConformance {
protected:
    static Definition named(const std::string& name) {
        Definition definition;
        definition.name = name;
        definition.type = "test.job";
        return definition;
    }
    static Definition every_minute(const std::string& name) {
        Definition definition = named(name);
        definition.schedule = Every{1min, TimePoint{}};
        return definition;
    }
    Applied apply(const std::vector<SourceDefinitions>& files, const std::string& by = "one") {
        return apply_definitions(sources, "shop", by, files);
    }
    Applied apply(const std::string& source, const std::vector<Definition>& list,
                  const std::string& by = "one") {
        return apply({SourceDefinitions{source, list}}, by);
    }
    StoredDefinition stored(const std::string& name) { return definitions.find(name).value(); }
    Firing firing_of(const std::string& name) {
        const StoredDefinition found = stored(name);
        NewJob made = job(found.definition.type);
        made.definition = found.id;
        made.nominal_at = found.next_at;
        made.origin = Origin::schedule;
        return {found.id, found.revision, *found.next_at, *found.next_at + 1min, {made}};
    }
    std::size_t fire(const Firing& firing) { return definitions.fire({&firing, 1}); }
};

TEST_P(DefinitionRulesConformance, AllOfADefinitionIsKept) {
    Definition given = named("month-end-report");
    given.type = "report.render";
    given.arguments = R"({ "b":1.10, "é":"\u0000 ' :id" })";
    given.queue = QueueName{"Reports é"};
    given.priority = -7;
    given.delay = 90s;
    given.policy.retry = {3, ExponentialBackoff{1s, 1.5, 1h, 0.25}, OnExhausted::remove};
    given.policy.retry.retry_on = {"smtp.*", "é"};
    given.policy.retry.fail_on = {"*"};
    given.policy.retention.count = 5;
    given.policy.has_parent_references = true;
    given.tags = {"finance", "two words"};
    given.expires_in = 2h;
    given.unique = {"${args.id}", HeldWhile::window, 1h, OnConflict::extend};
    given.limits = {{"smtp", ""}, {"tenant", "t ${args.tenant}"}};
    given.after = {{"a", "b"}, Condition::finished};
    given.fires_with = {"month-end-report", "other"};
    given.schedule = std::get<Cron>(Cron::parse("0 3 * * MON", "Europe/Istanbul"));
    apply("shop/a.yaml", {given});

    const StoredDefinition found = stored("month-end-report");
    EXPECT_EQ(found.definition, given);
    EXPECT_EQ(found.source, "shop/a.yaml");
    EXPECT_EQ(found.next_at, given.schedule->next(clock.now()));
}

TEST_P(DefinitionRulesConformance, AllOfABatchIsKept) {
    Definition inner = named("inner");
    inner.batch =
        BatchDefinition{.for_each = std::vector<std::string>{R"({"a":"é"})", "5"}, .members = {named("m")}};
    for (int depth = 0; depth < 30; ++depth) {
        Definition around = named("around");
        around.batch = BatchDefinition{.members = {inner}};
        inner = around;
    }
    Definition given = named("campaign");
    Definition close = named("close");
    close.after.on = Condition::deleted;
    given.batch =
        BatchDefinition{.for_each = ItemFile{"in/customers.csv"}, .members = {inner}, .then = {close}};
    apply("shop/a.yaml", {given});

    EXPECT_EQ(stored("campaign").definition, given);
    given.batch->then.clear();
    EXPECT_EQ(apply("shop/a.yaml", {given}).changed, 1u);
}

TEST_P(DefinitionRulesConformance, WithoutAScheduleNothingIsDue) {
    apply("shop/a.yaml", {named("a")});
    EXPECT_EQ(stored("a").next_at, std::nullopt);
}

TEST_P(DefinitionRulesConformance, NobodyIsFoundWhoIsNotThere) {
    EXPECT_FALSE(definitions.find("a").has_value());
    EXPECT_TRUE(definitions.list().empty());
    const Applied nothing = apply(std::vector<SourceDefinitions>{});
    EXPECT_EQ(nothing.added + nothing.changed + nothing.retired, 0u);
}

TEST_P(DefinitionRulesConformance, IdsStayThroughChangesAndReturns) {
    apply("shop/a.yaml", {named("a"), named("b")});
    const DefinitionId id = stored("a").id;
    EXPECT_NE(stored("b").id, id);
    Definition changed = named("a");
    changed.priority = 3;
    apply("shop/a.yaml", {changed, named("b")});
    EXPECT_EQ(stored("a").id, id);
    apply("shop/a.yaml", {named("b")});
    apply("shop/a.yaml", {named("a"), named("b")});
    EXPECT_EQ(stored("a").id, id);
}

TEST_P(DefinitionRulesConformance, EachChangeRaisesTheRevision) {
    apply("shop/a.yaml", {named("a")});
    const auto first = stored("a").revision;
    Definition changed = named("a");
    changed.arguments = R"({"n":1})";
    apply("shop/a.yaml", {changed});
    const auto second = stored("a").revision;
    apply("shop/b.yaml", {changed});
    const auto third = stored("a").revision;
    apply("shop/b.yaml", {});
    apply("shop/b.yaml", {changed});
    EXPECT_LT(first, second);
    EXPECT_LT(second, third);
    EXPECT_LT(third, stored("a").revision);
}

TEST_P(DefinitionRulesConformance, OneNameInTwoFilesIsRefusedAsAWhole) {
    EXPECT_TRUE(is_refused([&] {
        apply({{"shop/a.yaml", {named("x"), named("y")}}, {"shop/b.yaml", {named("y")}}});
    }));
    EXPECT_TRUE(definitions.list().empty());
}

TEST_P(DefinitionRulesConformance, ANameOfSomebodyElseIsRefused) {
    apply("shop/a.yaml", {named("a")}, "one");
    EXPECT_TRUE(is_refused([&] { apply("shop/b.yaml", {named("b"), named("a")}, "two"); }));
    EXPECT_EQ(stored("a").source, "shop/a.yaml");
    EXPECT_FALSE(definitions.find("b").has_value());
}

TEST_P(DefinitionRulesConformance, ANameOfAnotherApplicationIsRefusedEvenFromTheSameServer) {
    apply("shop/a.yaml", {named("a")});
    const SourceDefinitions theirs{"mail/a.yaml", {named("a")}};
    EXPECT_TRUE(is_refused([&] { apply_definitions(sources, "mail", "one", {&theirs, 1}); }));
}

TEST_P(DefinitionRulesConformance, ApplicationsThatBeginAlikeAreDifferent) {
    const SourceDefinitions theirs{"shop2/a.yaml", {named("a")}};
    apply_definitions(sources, "shop2", "one", {&theirs, 1});
    EXPECT_EQ(apply(std::vector<SourceDefinitions>{}).retired, 0u);
    EXPECT_TRUE(definitions.find("a").has_value());
}

TEST_P(DefinitionRulesConformance, ARetiredNameIsFreeForAnybody) {
    apply("shop/a.yaml", {named("a")}, "one");
    apply("shop/a.yaml", {}, "one");
    EXPECT_EQ(apply("shop/b.yaml", {named("a")}, "two").added, 1u);
    EXPECT_EQ(stored("a").source, "shop/b.yaml");
}

TEST_P(DefinitionRulesConformance, TwoServersMayApplyTheSameFile) {
    apply("shop/a.yaml", {named("a")}, "one");
    const Applied again = apply("shop/a.yaml", {named("a")}, "two");
    EXPECT_EQ(again.added + again.changed + again.retired, 0u);
    EXPECT_EQ(apply("shop/a.yaml", {}, "two").retired, 1u);
}

TEST_P(DefinitionRulesConformance, ARetiredDefinitionDoesNotFire) {
    apply("shop/a.yaml", {every_minute("a")});
    clock.advance(1min);
    const Firing firing = firing_of("a");
    apply("shop/a.yaml", {});
    EXPECT_EQ(fire(firing), 0u);
    EXPECT_TRUE(listed({}).empty());
}

TEST_P(DefinitionRulesConformance, ARetiredDefinitionKeepsItsHistory) {
    apply("shop/a.yaml", {every_minute("a")});
    clock.advance(1min);
    fire(firing_of("a"));
    apply("shop/a.yaml", {});
    EXPECT_EQ(claim_one().definition, "a");
    EXPECT_EQ(listed({.state = {}, .queue = {}, .type = {}, .definition = "a"}).size(), 1u);
}

TEST_P(DefinitionRulesConformance, AFiringMovesTheCursor) {
    apply("shop/a.yaml", {every_minute("a")});
    const auto first = stored("a");
    clock.advance(1min);
    EXPECT_EQ(fire(firing_of("a")), 1u);
    EXPECT_EQ(stored("a").next_at, *first.next_at + 1min);
    EXPECT_EQ(stored("a").revision, first.revision) << "a host that reads this later must not see a change";
}

TEST_P(DefinitionRulesConformance, AScheduleMayEnd) {
    apply("shop/a.yaml", {every_minute("a")});
    clock.advance(1min);
    Firing last = firing_of("a");
    last.next.reset();
    EXPECT_EQ(fire(last), 1u);
    EXPECT_EQ(stored("a").next_at, std::nullopt);
    EXPECT_EQ(fire(last), 0u);
}

TEST_P(DefinitionRulesConformance, AStretchMayBeSkippedWithoutAJob) {
    apply("shop/a.yaml", {every_minute("a")});
    clock.advance(1min);
    Firing skip = firing_of("a");
    skip.jobs.clear();
    skip.next = *skip.next + 1h;
    EXPECT_EQ(fire(skip), 1u);
    EXPECT_EQ(stored("a").next_at, skip.next);
    EXPECT_TRUE(listed({}).empty());
}

TEST_P(DefinitionRulesConformance, AFiringMayMakeSeveralJobs) {
    apply("shop/a.yaml", {every_minute("a")});
    clock.advance(1min);
    Firing catch_up = firing_of("a");
    for (int i = 1; i <= 3; ++i) {
        NewJob more = catch_up.jobs[0];
        more.id = jobs.reserve_ids(1);
        more.nominal_at = *more.nominal_at + i * 1min;
        catch_up.jobs.push_back(more);
    }
    EXPECT_EQ(fire(catch_up), 1u);
    EXPECT_EQ(claim(9).size(), 4u);
}

TEST_P(DefinitionRulesConformance, AStaleFiringHindersNoOther) {
    apply("shop/a.yaml", {every_minute("a"), every_minute("b")});
    clock.advance(1min);
    const std::vector both{firing_of("a"), firing_of("b")};
    fire(both[0]);
    EXPECT_EQ(definitions.fire(both), 1u);
    EXPECT_EQ(listed({}).size(), 2u);
}

TEST_P(DefinitionRulesConformance, NothingFiresBeforeItsInstant) {
    apply("shop/a.yaml", {every_minute("a")});
    EXPECT_EQ(fire(firing_of("a")), 0u) << "whatever the clock of the host says";
    EXPECT_TRUE(listed({}).empty());
}

TEST_P(DefinitionRulesConformance, NobodyFiresForADefinitionThatIsNotThere) {
    apply("shop/a.yaml", {every_minute("a")});
    Firing firing = firing_of("a");
    firing.definition = DefinitionId{4711};
    EXPECT_EQ(fire(firing), 0u);
    EXPECT_EQ(definitions.fire({}), 0u);
    EXPECT_TRUE(listed({}).empty());
}

TEST_P(DefinitionRulesConformance, ABadJobRefusesAllFirings) {
    apply("shop/a.yaml", {every_minute("a"), every_minute("b")});
    clock.advance(1min);
    std::vector both{firing_of("a"), firing_of("b")};
    both[1].jobs[0].arguments = "[]";
    EXPECT_TRUE(is_refused([&] { definitions.fire(both); }));
    EXPECT_TRUE(listed({}).empty());
    EXPECT_EQ(stored("a").next_at, both[0].seen);
}

TEST_P(DefinitionRulesConformance, AJobOfAScheduleSaysWhatItIsFor) {
    apply("shop/a.yaml", {every_minute("a")});
    clock.advance(1min);
    const Firing firing = firing_of("a");
    fire(firing);
    const ClaimedJob run = claim_one();
    EXPECT_EQ(run.definition, "a");
    EXPECT_EQ(run.nominal_at, firing.seen);
    EXPECT_EQ(find(run.id).definition, "a");
    EXPECT_EQ(find(run.id).nominal_at, firing.seen);
}

TEST_P(DefinitionRulesConformance, ARequestForAnInstantDoesNotTakeThePlaceOfItsScheduledJob) {
    apply("shop/a.yaml", {every_minute("a")});
    clock.advance(1min);
    NewJob requested = firing_of("a").jobs[0];
    requested.origin = Origin::request;
    insert(requested);
    EXPECT_EQ(fire(firing_of("a")), 1u);
    EXPECT_EQ(listed({}).size(), 2u);
}

TEST_P(DefinitionRulesConformance, AnotherProcessSeesWhatWasApplied) {
    const auto other = database->open(clock);
    EXPECT_TRUE(other->definitions().list().empty());
    apply("shop/a.yaml", {every_minute("a")});
    ASSERT_TRUE(other->definitions().find("a").has_value());
    EXPECT_EQ(other->definitions().find("a")->revision, stored("a").revision);
    apply("shop/a.yaml", {});
    EXPECT_TRUE(other->definitions().list().empty());
}

TEST_P(DefinitionRulesConformance, AScheduleThatHasEndedBeginsAnewWhenItIsChanged) {
    apply("shop/a.yaml", {every_minute("a")});
    clock.advance(1min);
    Firing last = firing_of("a");
    last.next.reset();
    fire(last);
    apply("shop/a.yaml", {every_minute("a")});
    EXPECT_EQ(stored("a").next_at, std::nullopt);
    Definition changed = every_minute("a");
    changed.schedule = Every{2min, TimePoint{}};
    apply("shop/a.yaml", {changed});
    EXPECT_GT(stored("a").next_at, clock.now());
}

TEST_P(DefinitionRulesConformance, ARequestMovesNoSchedule) {
    apply("shop/a.yaml", {every_minute("a")});
    const StoredDefinition before = stored("a");
    NewJob requested = job();
    requested.definition = before.id;
    insert(requested);
    settle(success_of(claim_one()));
    EXPECT_EQ(stored("a").next_at, before.next_at);
    clock.advance(1min);
    EXPECT_EQ(fire(firing_of("a")), 1u);
    EXPECT_EQ(listed({.state = {}, .queue = {}, .type = {}, .definition = "a"}).size(), 2u);
}

INSTANTIATE_TEST_SUITE_P(Databases, DefinitionRulesConformance, testing::ValuesIn(all_backends()),
                         backend_name);

}  // namespace
}  // namespace jobhost::storage
