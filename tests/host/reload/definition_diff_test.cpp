#include "host/reload/definition_diff.hpp"

#include <gtest/gtest.h>

namespace jobhost::host {
namespace {

using namespace std::chrono_literals;

Definition named(const std::string& name) {
    Definition definition;
    definition.name = name;
    definition.type = "mail.send";
    definition.arguments = R"({"to":"a@example.com","options":{"retry":true}})";
    return definition;
}

TEST(DefinitionDiff, ThereIsNoneBetweenTheSame) {
    EXPECT_TRUE(diff(named("a"), named("a")).empty());
}

TEST(DefinitionDiff, ANameIsNoField) {
    EXPECT_TRUE(diff(named("a"), named("b")).empty());
}

TEST(DefinitionDiff, FieldsAreCalledAsInYaml) {
    const Definition before = named("a");
    Definition after = before;
    after.arguments = R"({"to":"b@example.com","options":{"retry":true,"copies":2}})";
    after.policy.retry.attempts = 3;
    after.policy.retry.backoff = ListBackoff{{10s, 1min}};
    after.policy.timeout = 90s;
    after.policy.retention.succeeded = 48h;
    after.schedule = Every{30s, TimePoint{}};
    after.tags = {"x"};
    const std::vector<FieldChange> expected{
        {"args.options.copies", "", "2"},
        {"args.to", R"("a@example.com")", R"("b@example.com")"},
        {"retention.succeeded", "1d", "2d"},
        {"retry.attempts", "10", "3"},
        {"retry.delay.delays", "", "[10s, 1m]"},
        {"retry.delay.kind", R"("hangfire")", R"("list")"},
        {"schedule.every", "", "30s"},
        {"schedule.from", "", "1970-01-01T00:00:00.000000Z"},
        {"tags", "", R"(["x"])"},
        {"timeout", "", "1m30s"},
    };
    const auto found = diff(before, after);
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
        EXPECT_EQ(found[i].path, expected[i].path);
        EXPECT_EQ(found[i].before, expected[i].before) << found[i].path;
        EXPECT_EQ(found[i].after, expected[i].after) << found[i].path;
    }
}

TEST(DefinitionDiff, SchedulesSayDurationsAndInstantsInEachEntryOfTheirList) {
    Definition before = named("a");
    before.schedule = Every{1h, TimePoint{}};
    Definition after = before;
    after.schedule->grace = 984h;
    after.schedule->missed = Missed::run_all;
    after.schedule->catch_ups = 10;
    after.schedule->recurrences[0].jitter = 90s;
    after.schedule->recurrences.push_back({.rule = At{TimePoint{24h}}, .jitter = 30s});
    const std::vector<FieldChange> expected{
        {"schedule.grace", "", "41d"},
        {"schedule.jitter", "", "1m30s"},
        {"schedule.missed", "", R"("run_all")"},
        {"schedule.missed.run_all", "", "10"},
        {"schedule[1].at", "", "1970-01-02T00:00:00.000000Z"},
        {"schedule[1].jitter", "", "30s"},
    };
    EXPECT_EQ(diff(before, after), expected);
}

TEST(DefinitionDiff, MembersOfABatchHaveTheirNames) {
    Definition before = named("batch");
    before.batch = BatchDefinition{.members = {named("one"), named("two")}};
    Definition after = before;
    after.batch->members[1].priority = 5;
    after.batch->then = {named("close")};
    const auto found = diff(before, after);
    ASSERT_FALSE(found.empty());
    EXPECT_EQ(found.front(), (FieldChange{"jobs.two.priority", "0", "5"}));
    EXPECT_TRUE(found.back().path.starts_with("then.close.")) << found.back().path;
}

TEST(DefinitionDiff, WhatComesAndSaysTheSameAsWhatGoesIsARename) {
    using Kind = storage::DefinitionChange::Kind;
    Definition other = named("other");
    other.priority = 1;
    storage::Applied applied;
    applied.changes = {{Kind::added, "new", "s", std::nullopt, named("new")},
                       {Kind::added, "other", "s", std::nullopt, other},
                       {Kind::retired, "old", "s", named("old"), std::nullopt},
                       {Kind::retired, "older", "s", named("older"), std::nullopt}};
    const std::vector<std::pair<std::string, std::string>> expected{{"old", "new"}};
    EXPECT_EQ(renames_in(applied), expected);
}

}  // namespace
}  // namespace jobhost::host
