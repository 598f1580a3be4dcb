#include "tests/storage/conformance/conformance.hpp"

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class ServerEntryConformance : public StorageConformance {
protected:
    static ServedType type(const std::string& name, int version = 1) {
        return {name, version, "1.2.3", std::string(64, 'a'), R"({"type":"object"})", "Sends é"};
    }
    ServerId enter_serving(const std::string& incarnation, const std::vector<ServedType>& types) {
        return servers.enter({.incarnation = incarnation, .name = incarnation}, types);
    }
    std::vector<std::pair<std::string, int>> served() {
        std::vector<std::pair<std::string, int>> found;
        for (const ServedType& served : servers.served_types())
            found.emplace_back(served.type, served.payload_version);
        std::sort(found.begin(), found.end());
        return found;
    }
};

TEST_P(ServerEntryConformance, AServerIsListedAsItAnnouncedItself) {
    const ServerInfo given{.incarnation = "0b7c0e9e-4a1c-4f55-9a64-7f8f6c8f3a11",
                           .name = "web 1",
                           .application = "shop",
                           .host_name = "host.example",
                           .pid = 4'000'000'000,
                           .workers = 16,
                           .started_at = clock.now(),
                           .lease = 33s};
    const ServerId id = servers.enter(given, {});
    const ServerInfo found = info_of(id);
    EXPECT_EQ(found.incarnation, given.incarnation);
    EXPECT_EQ(found.name, given.name);
    EXPECT_EQ(found.application, given.application);
    EXPECT_EQ(found.host_name, given.host_name);
    EXPECT_EQ(found.pid, given.pid);
    EXPECT_EQ(found.workers, given.workers);
    EXPECT_EQ(found.started_at, given.started_at);
    EXPECT_EQ(found.lease, given.lease);
    EXPECT_EQ(found.state, ServerState::live);
    EXPECT_EQ(found.stopped_at, std::nullopt);
}

TEST_P(ServerEntryConformance, WhatANewcomerCannotKnowIsIgnored) {
    const ServerId id =
        servers.enter({.id = server, .incarnation = "second", .state = ServerState::dead, .beat = 77}, {});
    EXPECT_NE(id, server);
    EXPECT_EQ(info_of(id).state, ServerState::live);
    EXPECT_NE(info_of(id).beat, 77);
}

TEST_P(ServerEntryConformance, AnnouncingItAgainYieldsTheSameId) {
    EXPECT_EQ(enter("first"), server);
    EXPECT_EQ(database->open(clock)->servers().enter({.incarnation = "first"}, {}), server);
    EXPECT_EQ(servers.list().size(), 1u);
}

TEST_P(ServerEntryConformance, AnnouncingItAgainWithItsTypesServesThemOnce) {
    enter_serving("second", {type("mail.send"), type("mail.send", 2)});
    enter_serving("second", {type("mail.send"), type("mail.send", 2)});
    EXPECT_EQ(served(), (std::vector<std::pair<std::string, int>>{{"mail.send", 1}, {"mail.send", 2}}));
}

TEST_P(ServerEntryConformance, AnIncarnationThatHasEndedDoesNotComeBack) {
    servers.declare_dead("first");
    EXPECT_EQ(enter("first"), server);
    EXPECT_EQ(info_of(server).state, ServerState::dead);
    EXPECT_FALSE(servers.beat(server, 20s));
}

TEST_P(ServerEntryConformance, ServersOfOneNameAreDifferent) {
    const ServerId namesake = servers.enter({.incarnation = "other", .name = "name of first"}, {});
    EXPECT_NE(namesake, server);
    servers.declare_dead("other");
    EXPECT_EQ(info_of(server).state, ServerState::live);
}

TEST_P(ServerEntryConformance, WhoHasLeftIsListedAsStopped) {
    clock.advance(5s);
    servers.leave(server);
    EXPECT_EQ(info_of(server).state, ServerState::stopped);
    EXPECT_EQ(info_of(server).stopped_at, clock.now());
}

TEST_P(ServerEntryConformance, AnEndIsFinal) {
    servers.leave(server);
    const ServerInfo before = info_of(server);
    clock.advance(1s);
    servers.leave(server);
    EXPECT_EQ(servers.declare_dead("first"), server);
    EXPECT_EQ(info_of(server).state, ServerState::stopped);
    EXPECT_EQ(info_of(server).stopped_at, before.stopped_at);

    const ServerId dead = enter("second");
    servers.declare_dead("second");
    servers.leave(dead);
    EXPECT_EQ(info_of(dead).state, ServerState::dead);
}

TEST_P(ServerEntryConformance, WhoWasNeverThereMayLeave) {
    EXPECT_NO_THROW(servers.leave(ServerId{4711}));
    EXPECT_EQ(info_of(server).state, ServerState::live);
}

TEST_P(ServerEntryConformance, AServedTypeKeepsAllItsParts) {
    const ServedType given = type("mail.send", 3);
    enter_serving("second", {given});
    ASSERT_EQ(servers.served_types().size(), 1u);
    const ServedType found = servers.served_types()[0];
    EXPECT_EQ(found.type, given.type);
    EXPECT_EQ(found.payload_version, 3);
    EXPECT_EQ(found.plugin_version, given.plugin_version);
    EXPECT_EQ(found.digest, given.digest);
    EXPECT_EQ(found.arguments_schema, given.arguments_schema);
    EXPECT_EQ(found.description, given.description);
}

TEST_P(ServerEntryConformance, ATypeThatSeveralServeIsListedOnce) {
    enter_serving("second", {type("mail.send"), type("mail.read")});
    enter_serving("third", {type("mail.send")});
    EXPECT_EQ(served(), (std::vector<std::pair<std::string, int>>{{"mail.read", 1}, {"mail.send", 1}}));
}

TEST_P(ServerEntryConformance, ATypeIsServedUntilTheLastWhoServesItEnds) {
    const ServerId second = enter_serving("second", {type("mail.send")});
    const ServerId third = enter_serving("third", {type("mail.send")});
    servers.leave(second);
    EXPECT_EQ(served().size(), 1u);
    EXPECT_TRUE(servers.declare_dead(third, info_of(third).beat));
    EXPECT_TRUE(served().empty());
}

TEST_P(ServerEntryConformance, WhoIsDeclaredDeadByItsIncarnationServesNothing) {
    enter_serving("second", {type("mail.send")});
    servers.declare_dead("second");
    EXPECT_TRUE(served().empty());
    enter_serving("second", {type("mail.send")});
    EXPECT_TRUE(served().empty()) << "an announcement that came late";
}

TEST_P(ServerEntryConformance, TheNumberOfOneThatIsForgottenIsNotGivenAgain) {
    const ServerId last = enter("second");
    servers.declare_dead("second");
    clock.advance(std::chrono::weeks{1} + 1s);
    ASSERT_EQ(upkeep.purge_servers(), 1u);
    EXPECT_NE(enter("third"), last) << "jobs that the second one ran would be the third's";
    EXPECT_FALSE(servers.beat(last, 20s));
}

TEST_P(ServerEntryConformance, WhoEndedLongAgoIsForgotten) {
    enter("second");
    servers.declare_dead("second");
    const ServerId third = enter("third");
    clock.advance(std::chrono::weeks{1} - 1s);
    servers.leave(server);
    EXPECT_EQ(upkeep.purge_servers(), 0u);
    clock.advance(2s);
    EXPECT_EQ(upkeep.purge_servers(), 1u);
    ASSERT_EQ(servers.list().size(), 2u);
    EXPECT_EQ(servers.list()[0].id, server);
    EXPECT_EQ(servers.list()[1].id, third) << "live, however long";
    EXPECT_EQ(servers.declare_dead("second"), std::nullopt);
}

TEST_P(ServerEntryConformance, WhoHoldsJobsIsNotForgottenBeforeTheyAreRecovered) {
    insert();
    claim_one();
    servers.declare_dead("first");
    clock.advance(std::chrono::weeks{2});
    EXPECT_EQ(upkeep.purge_servers(), 0u);
    EXPECT_EQ(servers.stranded(9), std::vector{server});
    servers.recover(server, 9);
    EXPECT_EQ(upkeep.purge_servers(), 1u);
    EXPECT_EQ(claim(9, enter("second")).size(), 1u);
}

TEST_P(ServerEntryConformance, AForgottenServersFinishedJobsStay) {
    const JobId id = insert();
    settle(success_of(claim_one(), "[1]"));
    servers.leave(server);
    clock.advance(std::chrono::weeks{2});
    EXPECT_EQ(upkeep.purge_servers(), 1u);
    EXPECT_EQ(std::get<Succeeded>(find(id).state).result, "[1]");
    EXPECT_NE(enter("second"), server) << "its id is not given to another";
}

INSTANTIATE_TEST_SUITE_P(Databases, ServerEntryConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
