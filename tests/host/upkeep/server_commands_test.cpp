#include "host/upkeep/server_commands.hpp"

#include "storage/storage.hpp"
#include "tests/host/sync/manual_boot_clock.hpp"
#include "tests/support/temporary_storage.hpp"

#include <gtest/gtest.h>

namespace jobhost::host {
namespace {

using namespace std::chrono_literals;

struct ServerCommandsTest : testing::Test {
    test::TemporaryStorage db;
    test::ManualBootClock clock{BootTime{1000s}};
    storage::ServerCommandStore& store = db->server_commands();
    const ServerId server = db->servers().enter({.incarnation = "one", .name = "one"}, {});
    std::vector<storage::ServerCommand> asked;
    ServerCommands commands{store, server, clock,
                            [this](storage::ServerCommand command) { asked.push_back(std::move(command)); }};

    storage::ServerCommandId ask(const std::string& verb) {
        const std::vector<ServerId> whom{server};
        return store.hand_in(whom, {.verb = verb, .argument = "x", .by = "somebody"}, 30s).front();
    }
    void look() {
        clock.advance(1s);
        EXPECT_EQ(commands.run_once(), 1s);
    }
};

TEST_F(ServerCommandsTest, WhatIsAskedIsToldOnceAndAnswered) {
    const auto id = ask("a");
    look();
    look();
    ASSERT_EQ(asked.size(), 1u);
    EXPECT_EQ(asked[0].request.verb, "a");
    EXPECT_EQ(asked[0].request.argument, "x");
    commands.answer(id, {.is_done = true, .text = "{}"});
    commands.run_once();
    const std::vector ids{id};
    EXPECT_TRUE(store.answers(ids).at(id).is_done);
    ask("b");
    look();
    EXPECT_EQ(asked.size(), 2u);
}

TEST_F(ServerCommandsTest, NewsDoNotMakeItLookAllTheTime) {
    look();
    ask("a");
    clock.advance(30ms);
    EXPECT_EQ(commands.run_once(), 70ms);
    EXPECT_TRUE(asked.empty());
    clock.advance(70ms);
    commands.run_once();
    EXPECT_EQ(asked.size(), 1u);
}

}  // namespace
}  // namespace jobhost::host
