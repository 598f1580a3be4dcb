#include "storage/soci/sqlite_database.hpp"
#include "storage/storage.hpp"
#include "tests/storage/apply_definitions.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

// What a newer program, or one whose machine knows more time zones, may have written.
struct UnreadableDefinitionTest : testing::Test {
    test::TemporaryFolder folder;
    test::ManualClock clock;
    const std::filesystem::path file = folder / "test.db";
    std::unique_ptr<Storage> storage = open_storage({.url = "sqlite:" + file.string()}, &clock);
    DefinitionStore& definitions = storage->definitions();
    SourceStore& sources = storage->sources();

    static Definition in_zone(const std::string& name) {
        Definition definition;
        definition.name = name;
        definition.type = "test.job";
        definition.schedule = std::get<Cron>(Cron::parse("0 * * * *", "Europe/Istanbul"));
        return definition;
    }
    Applied apply(const std::vector<Definition>& given) {
        const SourceDefinitions source{"shop/jobs.yaml", given};
        return apply_definitions(sources, "shop", "one", {&source, 1});
    }
    void change(const std::string& statement) {
        SqliteDatabase{file, 5s, clock}.write([&](Session& session) { session.execute_text(statement); });
    }
    void move_to_the_moon(const std::string& name) {
        change("UPDATE definition SET body = replace(body, 'Europe/Istanbul', 'Moon/Apollo') WHERE name = '" +
               name + "'");
    }
};

TEST_F(UnreadableDefinitionTest, HidesNoOther) {
    apply({in_zone("a"), in_zone("b")});
    const auto due = definitions.find("a")->next_at;
    move_to_the_moon("a");

    const auto list = definitions.list();
    ASSERT_EQ(list.size(), 2u);
    EXPECT_EQ(list[0].definition.name, "a");
    EXPECT_NE(list[0].unreadable.find("time zone"), std::string::npos) << list[0].unreadable;
    EXPECT_EQ(list[0].definition.schedule, std::nullopt);
    EXPECT_EQ(list[0].next_at, due) << "its place is kept";
    EXPECT_EQ(list[1].unreadable, "");
    EXPECT_EQ(list[1].definition, in_zone("b"));
    EXPECT_EQ(definitions.find("a")->unreadable, list[0].unreadable);
}

TEST_F(UnreadableDefinitionTest, TellsWhatItWaitsFor) {
    Definition child = in_zone("c");
    child.schedule.reset();
    child.after = {{"a", "b"}, Condition::failed};
    apply({in_zone("a"), in_zone("b"), child});
    change("UPDATE definition SET body = replace(body, '\"failed\"', '\"exploded\"') WHERE name = 'c'");

    EXPECT_EQ(definitions.find("c")->definition.after.names, (std::vector<std::string>{"a", "b"}));
    change("UPDATE definition SET body = 'no JSON' WHERE name = 'c'");
    EXPECT_NE(definitions.find("c")->unreadable, "");
}

TEST_F(UnreadableDefinitionTest, CanBeDefinedAnewAndDoesNotFireForThePast) {
    apply({in_zone("a")});
    move_to_the_moon("a");
    clock.advance(5h);

    EXPECT_EQ(apply({in_zone("a")}).changed, 1u);
    EXPECT_EQ(definitions.find("a")->definition, in_zone("a"));
    EXPECT_GT(definitions.find("a")->next_at, clock.now());
}

TEST_F(UnreadableDefinitionTest, MayLoseItsSchedule) {
    apply({in_zone("a")});
    move_to_the_moon("a");
    Definition without = in_zone("a");
    without.schedule.reset();

    apply({without});
    EXPECT_EQ(definitions.find("a")->next_at, std::nullopt);
}

TEST_F(UnreadableDefinitionTest, IsRetiredWhenNoFileListsItAnyMore) {
    apply({in_zone("a")});
    move_to_the_moon("a");
    EXPECT_EQ(apply({}).retired, 1u);
    EXPECT_TRUE(definitions.list().empty());
}

}  // namespace
}  // namespace jobhost::storage
