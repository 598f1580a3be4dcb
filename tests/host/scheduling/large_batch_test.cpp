// Batches that are too large for one transaction, and several hosts that find them due.
#include "host/scheduling/recurring_jobs.hpp"
#include "tests/host/scheduling/definitions.hpp"
#include "tests/host/scheduling/recorded_firings.hpp"
#include "tests/storage/apply_definitions.hpp"
#include "tests/support/temporary_storage.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <barrier>
#include <thread>

namespace jobhost::host {
namespace {

using namespace std::chrono_literals;

// So large that 20 of them need more than a part.
constexpr std::size_t kItems = 20;
constexpr std::size_t kItemSize = 900'000;

struct LargeBatchTest : testing::Test {
    test::TemporaryStorage db;
    RecordedFirings recorded{*db.storage};
    std::optional<WrittenDefinitions> written;
    SourceFolders folders;

    void define(const std::string& schedule = "every: 1h", const std::string& more = "") {
        written.emplace(more + "batches: {a: {schedule: {" + schedule +
                        "}, for_each: {file: x.jsonl}, jobs: {m: {type: x.m, "
                        "args: {x: \"${item.x}\"}}}}}\n");
        std::string items;
        for (std::size_t i = 0; i < kItems; ++i)
            items += R"({"x":")" + std::string(kItemSize, 'x') + "\"}\n";
        written->write("x.jsonl", items);
        storage::apply_definitions(db->sources(), "default", "server", written->sources());
        folders.replace_by(written->folders());
        db.clock.set(stored().next_at.value());
    }
    storage::StoredDefinition stored() { return db->definitions().find("a").value(); }
    RecurringJobs host(storage::Storage& storage) {
        return {storage, db.clock, {}, folders, [] {}, server};
    }
    static void run(RecurringJobs& recurring) {
        recurring.run_once();
        recurring.run_large();
    }
    std::vector<Batch> batches() { return db->workflows().list({}, 100, {}).batches; }
    // Another host begins to lay it ready, or goes on.
    bool another_stages(TimePoint instant) {
        const storage::StoredDefinition found = stored();
        return db->definitions().may_stage({found.id, found.revision, instant, 7, other_server}, 30s);
    }
    ServerId enter(const std::string& name) {
        return db->servers().enter({.incarnation = name, .name = name}, {});
    }

    ServerId server = enter("this");
    ServerId other_server = enter("other");
};

TEST_F(LargeBatchTest, OfTwoHostsOneAloneLaysItReady) {
    define();
    const auto opened_again =
        storage::open_storage({.url = "sqlite:" + (db.folder / "test.db").string()}, &db.clock);
    RecurringJobs one = host(*db.storage);
    RecurringJobs other = host(*opened_again);
    std::barrier begin{2};
    const auto run_together = [&](RecurringJobs& recurring) {
        begin.arrive_and_wait();
        run(recurring);
    };
    std::jthread first{run_together, std::ref(one)};
    run_together(other);
    first.join();

    ASSERT_EQ(batches().size(), 1u) << "nothing is left behind";
    EXPECT_EQ(batches().at(0).members, static_cast<std::int64_t>(kItems));
    EXPECT_NE(batches().at(0).state, BatchState::creating);
    EXPECT_GT(stored().next_at, db.clock.now());
}

TEST_F(LargeBatchTest, WhoDiesWhileLayingItReadyIsFollowedByAnother) {
    define();
    const TimePoint instant = stored().next_at.value();
    ASSERT_TRUE(another_stages(instant));
    RecurringJobs recurring = host(*db.storage);
    run(recurring);
    EXPECT_TRUE(batches().empty());
    EXPECT_EQ(stored().next_at, instant) << "it is not lost";

    db.clock.advance(20s);
    ASSERT_TRUE(another_stages(instant)) << "it goes on";
    db.clock.advance(20s);
    run(recurring);
    EXPECT_TRUE(batches().empty());

    db.clock.advance(11s);
    run(recurring);
    ASSERT_EQ(batches().size(), 1u);
    EXPECT_GT(stored().next_at, instant);
    EXPECT_FALSE(another_stages(instant)) << "the instant has been fired";
}

TEST_F(LargeBatchTest, WhoseServerHasEndedIsFollowedAtOnce) {
    define();
    ASSERT_TRUE(another_stages(stored().next_at.value()));
    RecurringJobs recurring = host(*db.storage);
    run(recurring);
    EXPECT_TRUE(batches().empty());
    db->servers().leave(other_server);
    run(recurring);
    EXPECT_EQ(batches().size(), 1u);
}

TEST_F(LargeBatchTest, OtherSchedulesDoNotWaitForIt) {
    define("every: 1h", "jobs: {b: {type: x.b, schedule: {every: 1h}}}\n");
    RecurringJobs recurring = host(*db.storage);
    int came = 0;
    recurring.large_run_came = [&] { ++came; };
    recurring.run_once();
    EXPECT_EQ(db->queries().count({}, "x.b").at(static_cast<std::size_t>(StateName::enqueued)), 1);
    EXPECT_TRUE(batches().empty());
    recurring.run_once();
    EXPECT_EQ(came, 1) << "once, as it waits already";
    recurring.run_large();
    EXPECT_EQ(batches().size(), 1u);
    EXPECT_EQ(recurring.run_large(), 1s) << "there is no other one";
}

TEST_F(LargeBatchTest, WhatComesWhileItWaitsForItsTurnIsNotMissed) {
    define("every: 1m, missed: skip, grace: 1s");
    const TimePoint first = stored().next_at.value();
    RecurringJobs recurring = host(*db.storage);
    db.clock.set(first - 1s);
    recurring.run_once();
    for (Duration passed{}; passed <= 130s; passed += 1s) {  // the host looks all the time
        db.clock.set(first + passed);
        recurring.run_once();
    }
    for (int i = 0; i < 3; ++i) {
        recurring.run_large();
        recurring.run_once();
    }
    EXPECT_EQ(batches().size(), 3u) << "one for each minute";
    EXPECT_EQ(stored().missed, std::nullopt);
}

TEST_F(LargeBatchTest, InstantsThatAreTooMuchTogetherAreMadeOneAfterTheOther) {
    written.emplace(
        "jobs: {a: {type: x.a, schedule: {every: 1m, missed: run_all}}}\n"
        "batches: {b: {after: [a], for_each: {file: x.csv}, jobs: {m: {type: x.m}}}}\n");
    std::string items = "id\n";
    for (std::size_t i = 0; i < kMaxMembersAtOnce / 4; ++i)
        items += "1\n";
    written->write("x.csv", items);
    storage::apply_definitions(db->sources(), "default", "server", written->sources());
    folders.replace_by(written->folders());
    db.clock.set(stored().next_at.value() + 4min);
    RecurringJobs recurring = host(*db.storage);
    for (int i = 0; i < 6; ++i)
        run(recurring);
    EXPECT_EQ(db->queries().count({}, "x.a").at(static_cast<std::size_t>(StateName::enqueued)), 5);
    EXPECT_EQ(batches().size(), 5u);
    EXPECT_EQ(stored().missed, std::nullopt);
}

TEST_F(LargeBatchTest, ItsItemsAreReadByOneHostAlone) {
    define();
    ASSERT_TRUE(another_stages(stored().next_at.value()));
    RecurringJobs recurring = host(*db.storage);
    const JobId before = db->jobs().reserve_ids(1);
    run(recurring);
    EXPECT_LE(db->jobs().reserve_ids(1).value - before.value, 2) << "it would have needed an id for each";
}

TEST_F(LargeBatchTest, AHostThatStopsLeavesNothing) {
    define();
    RecurringJobs recurring = host(recorded);
    recorded.recorded_workflows.on_submit = [&] { recurring.stop(); };
    run(recurring);
    EXPECT_TRUE(recorded.fired.empty());
    ASSERT_EQ(recorded.recorded_workflows.submitted.size(), 1u);
    EXPECT_EQ(recorded.recorded_workflows.cancelled,
              std::vector{recorded.recorded_workflows.submitted[0].batches.at(0).id});
}

TEST_F(LargeBatchTest, WhoWasOvertakenStopsAndLeavesNothing) {
    define();
    const TimePoint instant = stored().next_at.value();
    recorded.recorded_workflows.on_submit = [&] {
        db.clock.advance(31s);
        EXPECT_TRUE(another_stages(instant));
    };
    RecurringJobs recurring = host(recorded);
    run(recurring);
    EXPECT_TRUE(recorded.fired.empty());
    ASSERT_EQ(recorded.recorded_workflows.submitted.size(), 1u) << "the rest is not staged";
    EXPECT_EQ(recorded.recorded_workflows.cancelled,
              std::vector{recorded.recorded_workflows.submitted[0].batches.at(0).id});
}

TEST_F(LargeBatchTest, WhatOverlapLeavesOutIsNotLaidReady) {
    define("every: 1h, overlap: skip");
    RecurringJobs recurring = host(*db.storage);
    run(recurring);
    ASSERT_EQ(batches().size(), 1u);
    EXPECT_EQ(batches()[0].cancel_requested_at, std::nullopt) << "its own members do not stand in its way";
    const TimePoint next = stored().next_at.value();
    db.clock.advance(1h);
    run(recurring);
    EXPECT_EQ(batches().size(), 1u) << "the first one is not final";
    EXPECT_GT(stored().next_at, next);

    db->workflows().cancel(batches()[0].id, "ada");
    while (db->workflows().go_on(1000) > 0) {
    }
    db.clock.advance(1h);
    run(recurring);
    EXPECT_EQ(batches().size(), 2u);
}

TEST_F(LargeBatchTest, WhatTheDatabaseRefusesIsNotLeftBehind) {
    define();
    recorded.refused = stored().id;
    RecurringJobs recurring = host(recorded);
    run(recurring);
    EXPECT_TRUE(recorded.fired.empty());
    EXPECT_EQ(recorded.recorded_workflows.cancelled,
              std::vector{recorded.recorded_workflows.submitted.at(0).batches.at(0).id});

    const std::size_t parts = recorded.recorded_workflows.submitted.size();
    db.clock.advance(1s);
    run(recurring);
    EXPECT_EQ(recorded.recorded_workflows.submitted.size(), parts) << "not all of it each second";
    db.clock.advance(30s);
    run(recurring);
    EXPECT_EQ(recorded.recorded_workflows.submitted.size(), 2 * parts);
}

}  // namespace
}  // namespace jobhost::host
