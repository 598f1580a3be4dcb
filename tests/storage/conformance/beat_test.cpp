#include "tests/storage/conformance/conformance.hpp"

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class BeatConformance : public StorageConformance {};

TEST_P(BeatConformance, EachBeatRaisesTheCounterByOne) {
    const std::int64_t before = info_of(server).beat;
    for (int i = 1; i <= 3; ++i) {
        EXPECT_TRUE(servers.beat(server, 20s));
        EXPECT_EQ(info_of(server).beat, before + i);
    }
}

TEST_P(BeatConformance, TheLeaseIsThatOfTheLastBeat) {
    EXPECT_EQ(info_of(server).lease, 20s);
    servers.beat(server, 45s);
    EXPECT_EQ(info_of(server).lease, 45s);
    servers.beat(server, 1us);
    EXPECT_EQ(info_of(server).lease, 1us);
}

TEST_P(BeatConformance, ADeadServerCannotBeat) {
    servers.declare_dead("first");
    const ServerInfo before = info_of(server);
    EXPECT_FALSE(servers.beat(server, 45s));
    EXPECT_EQ(info_of(server).beat, before.beat);
    EXPECT_EQ(info_of(server).lease, before.lease);
    EXPECT_EQ(info_of(server).state, ServerState::dead);
}

TEST_P(BeatConformance, AServerThatHasLeftCannotBeat) {
    servers.leave(server);
    EXPECT_FALSE(servers.beat(server, 20s));
    EXPECT_EQ(info_of(server).state, ServerState::stopped);
}

TEST_P(BeatConformance, AServerThatNobodyKnowsCannotBeat) {
    EXPECT_FALSE(servers.beat(ServerId{4711}, 20s));
}

TEST_P(BeatConformance, BeatsOfOneServerAreNotThoseOfAnother) {
    const ServerId other = enter("second");
    servers.beat(server, 20s);
    EXPECT_EQ(info_of(other).beat + 1, info_of(server).beat);
}

TEST_P(BeatConformance, WhoIsSilentIsDeclaredDead) {
    servers.beat(server, 20s);
    const std::int64_t seen = info_of(server).beat;
    clock.advance(30s);
    EXPECT_TRUE(servers.declare_dead(server, seen));
    EXPECT_EQ(info_of(server).state, ServerState::dead);
    EXPECT_EQ(info_of(server).stopped_at, clock.now());
}

TEST_P(BeatConformance, ABeatInBetweenSavesIt) {
    const std::int64_t seen = info_of(server).beat;
    servers.beat(server, 20s);
    EXPECT_FALSE(servers.declare_dead(server, seen));
    EXPECT_EQ(info_of(server).state, ServerState::live);
    EXPECT_TRUE(servers.beat(server, 20s));
}

TEST_P(BeatConformance, ABeatThatHasNotComeYetDeclaresNobodyDead) {
    EXPECT_FALSE(servers.declare_dead(server, info_of(server).beat + 1));
    EXPECT_EQ(info_of(server).state, ServerState::live);
}

TEST_P(BeatConformance, OfTwoObserversOneDeclaresIt) {
    const std::int64_t seen = info_of(server).beat;
    const auto other = database->open(clock);
    EXPECT_TRUE(servers.declare_dead(server, seen));
    EXPECT_FALSE(other->servers().declare_dead(server, seen));
}

TEST_P(BeatConformance, WhoHasLeftIsNotDeclaredDead) {
    servers.leave(server);
    EXPECT_FALSE(servers.declare_dead(server, info_of(server).beat));
    EXPECT_EQ(info_of(server).state, ServerState::stopped);
    EXPECT_FALSE(servers.declare_dead(ServerId{4711}, 0));
}

TEST_P(BeatConformance, NoClockDecides) {
    const std::int64_t seen = info_of(server).beat;
    clock.advance(-10h);
    EXPECT_TRUE(servers.beat(server, 20s));
    clock.advance(100h);
    EXPECT_FALSE(servers.declare_dead(server, seen));
    insert();
    EXPECT_EQ(claim(1).size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Databases, BeatConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
