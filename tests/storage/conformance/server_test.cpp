#include "tests/storage/conformance/conformance.hpp"

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class ServerConformance : public StorageConformance {};

TEST_P(ServerConformance, JobsOfADeadServerGoBackToTheirQueue) {
    const JobId id = insert();
    const ClaimedJob lost = claim_one();
    const ServerId successor = enter("second");

    EXPECT_EQ(servers.declare_dead("first"), server);
    EXPECT_EQ(servers.recover(server, 10), 1u);
    EXPECT_EQ(servers.recover(server, 10), 0u);

    EXPECT_EQ(settle(success_of(lost)), Moved::lost);
    const auto again = claim(1, successor);
    ASSERT_EQ(again.size(), 1u);
    EXPECT_EQ(again[0].attempt, 2);
    EXPECT_EQ(again[0].recoveries, 1);
    EXPECT_GT(again[0].lease, lost.lease);
    EXPECT_EQ(queries.events(id).at(0).cause, Cause::recovered);
}

TEST_P(ServerConformance, RecoveryGoesInChunks) {
    for (int i = 0; i < 5; ++i)
        insert();
    claim(5);
    servers.declare_dead("first");

    EXPECT_EQ(servers.recover(server, 3), 3u);
    EXPECT_EQ(servers.recover(server, 3), 2u);
}

TEST_P(ServerConformance, TypesChangeWhileAServerRuns) {
    const auto served = [&] {
        std::vector<std::string> all;
        for (const ServedType& type : servers.served_types())
            all.push_back(type.type + " " + type.plugin_version);
        return all;
    };
    EXPECT_TRUE(servers.set_types(server, std::vector{ServedType{.type = "a.x", .plugin_version = "1"}}));
    EXPECT_EQ(served(), std::vector<std::string>{"a.x 1"});
    EXPECT_TRUE(servers.set_types(server, std::vector{ServedType{.type = "a.x", .plugin_version = "2"},
                                                      ServedType{.type = "a.y", .plugin_version = "2"}}));
    EXPECT_EQ(served(), (std::vector<std::string>{"a.x 2", "a.y 2"}));
    EXPECT_TRUE(servers.set_types(server, {}));
    EXPECT_TRUE(served().empty());
    servers.declare_dead("first");
    EXPECT_FALSE(servers.set_types(server, std::vector{ServedType{.type = "a.x"}}));
    EXPECT_TRUE(served().empty());
}

TEST_P(ServerConformance, WhoFindsAServerDeadMayBeInterruptedAndFindItDeadAgain) {
    EXPECT_EQ(servers.declare_dead("first"), server);
    EXPECT_EQ(servers.declare_dead("first"), server);
    EXPECT_EQ(servers.list().at(0).state, ServerState::dead);
    EXPECT_EQ(servers.declare_dead("never heard of"), std::nullopt);
}

TEST_P(ServerConformance, OnlyLiveServersServeTypes) {
    const ServedType type{"mail.send", 1, "1.0.0", "abc", "{}", "Send a mail"};
    const ServerId mail = servers.enter({.incarnation = "mail", .name = "mail"}, {&type, 1});
    ASSERT_EQ(servers.served_types().size(), 1u);
    EXPECT_EQ(servers.served_types()[0].type, "mail.send");

    servers.leave(mail);
    EXPECT_TRUE(servers.served_types().empty());
    EXPECT_EQ(servers.list().back().state, ServerState::stopped);
}

INSTANTIATE_TEST_SUITE_P(Databases, ServerConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
