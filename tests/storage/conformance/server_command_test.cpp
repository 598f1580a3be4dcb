// What is asked of servers, and what they say of their plugins.
#include "tests/storage/conformance/conformance.hpp"

#include <poll.h>
#include <tuple>

namespace jobhost::storage {

bool operator==(const ServedPlugin& one, const ServedPlugin& other) {
    const auto all = [](const ServedPlugin& plugin) {
        return std::tie(plugin.plugin, plugin.file, plugin.version, plugin.digest, plugin.generation,
                        plugin.state, plugin.reason);
    };
    return all(one) == all(other);
}

namespace {

using namespace std::chrono_literals;

class ServerCommandConformance : public StorageConformance {
protected:
    ServerCommandStore& commands = storage->server_commands();
    const ServerId second = enter("second");

    std::vector<ServerCommandId> ask(const std::vector<ServerId>& whom, const std::string& verb,
                                     Duration patience = 30s) {
        return commands.hand_in(whom, {.verb = verb, .argument = "\u00e9\n", .by = "somebody"}, patience);
    }
    std::vector<std::string> open_of(ServerId id) {
        std::vector<std::string> verbs;
        for (const ServerCommand& command : commands.open_of(id))
            verbs.push_back(command.request.verb);
        return verbs;
    }
};

TEST_P(ServerCommandConformance, EachServerFindsWhatIsAskedOfIt) {
    const auto both = ask({server, second}, "a");
    const auto one = ask({second}, "b");
    ASSERT_EQ(both.size(), 2u);
    EXPECT_EQ(open_of(server), std::vector<std::string>{"a"});
    EXPECT_EQ(open_of(second), (std::vector<std::string>{"a", "b"}));
    const ServerCommand found = commands.open_of(server).at(0);
    EXPECT_EQ(found.id, both[0]);
    EXPECT_EQ(found.request.argument, "\u00e9\n");
    EXPECT_EQ(found.request.by, "somebody");
    EXPECT_TRUE(ask({}, "c").empty());
}

TEST_P(ServerCommandConformance, AnAnswerIsFoundAndTheFirstOneCounts) {
    auto ids = ask({server, second}, "a");
    EXPECT_TRUE(commands.answers(ids).empty());
    commands.answer(ids[0], {.is_done = false, .text = R"({"reason": "no"})"});
    commands.answer(ids[0], {.is_done = true, .text = "{}"});
    ids.emplace_back(ServerCommandId{123456789});
    commands.answer(ids[2], {.is_done = true, .text = "{}"});
    const auto answers = commands.answers(ids);
    ASSERT_EQ(answers.size(), 1u);
    EXPECT_FALSE(answers.at(ids[0]).is_done);
    EXPECT_EQ(answers.at(ids[0]).text, R"({"reason": "no"})");
    EXPECT_TRUE(open_of(server).empty());
    commands.answer(ids[1], {.is_done = true, .text = "{}"});
    EXPECT_TRUE(commands.answers(ids).at(ids[1]).is_done);
}

TEST_P(ServerCommandConformance, WhatNobodyWaitsForIsNotDone) {
    ask({server}, "a", 10s);
    ask({server}, "b", 20s);
    clock.advance(10s);
    EXPECT_EQ(open_of(server), std::vector<std::string>{"b"});
}

TEST_P(ServerCommandConformance, ADayLaterItIsForgotten) {
    const auto old = ask({server}, "a");
    commands.answer(old[0], {.is_done = true, .text = "{}"});
    clock.advance(1h);
    const auto young = ask({server}, "b");
    commands.answer(young[0], {.is_done = true, .text = "{}"});
    clock.advance(23h + 1s);
    upkeep.purge_servers();
    EXPECT_TRUE(commands.answers(old).empty());
    EXPECT_EQ(commands.answers(young).size(), 1u);
}

TEST_P(ServerCommandConformance, WhatCannotBeStoredIsRefused) {
    const std::vector<ServerId> one{server};
    EXPECT_TRUE(is_refused([&] { commands.hand_in(one, {.verb = "\xff", .argument = "", .by = ""}, 1s); }));
    EXPECT_TRUE(is_refused([&] {
        commands.hand_in(one, {.verb = "a", .argument = std::string{"a\0b", 3}, .by = ""}, 1s);
    }));
    EXPECT_TRUE(is_refused(
        [&] { commands.hand_in(one, {.verb = "a", .argument = "", .by = std::string(300, 'x')}, 1s); }));
}

TEST_P(ServerCommandConformance, AskingWakesThoseWhoWatch) {
    const auto other = database->open(clock);
    const auto wakeups = storage->watch();
    wakeups->drain();
    other->server_commands().hand_in(std::vector{server}, {.verb = "a", .argument = "", .by = ""}, 30s);
    bool is_news = false;
    pollfd news{wakeups->descriptor(), POLLIN, 0};
    while (!is_news && ::poll(&news, 1, 10'000) == 1)
        is_news = wakeups->drain();
    EXPECT_TRUE(is_news);
    EXPECT_EQ(open_of(server), std::vector<std::string>{"a"});
}

TEST_P(ServerCommandConformance, LiveServersSayWhatTheyHaveOfPlugins) {
    const ServedPlugin live{.plugin = "p", .file = "p.so", .version = "2", .digest = "d2", .generation = 7};
    const ServedPlugin old{.plugin = "p",
                           .file = "p.so",
                           .version = "1",
                           .digest = "d1",
                           .generation = 3,
                           .state = PluginState::draining};
    const ServedPlugin bad{
        .file = "bad.so", .state = PluginState::refused, .reason = "it is not an ELF file"};
    servers.set_plugins(server, std::vector{live, old, bad});
    servers.set_plugins(second, std::vector{old});
    servers.set_plugins(second, std::vector{live});
    auto all = servers.served_plugins();
    EXPECT_EQ(all[server], (std::vector{live, old, bad}));
    EXPECT_EQ(all[second], std::vector{live});
    servers.leave(server);
    servers.set_plugins(server, std::vector{live});
    servers.declare_dead("second");
    EXPECT_TRUE(servers.served_plugins().empty());
}

INSTANTIATE_TEST_SUITE_P(Databases, ServerCommandConformance, testing::ValuesIn(all_backends()),
                         backend_name);

}  // namespace
}  // namespace jobhost::storage
