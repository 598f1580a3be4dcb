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

    void define(const std::string& overlap = "allow") {
        written.emplace("batches: {a: {schedule: {every: 1h, overlap: " + overlap +
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
        return {storage, db.clock, {}, folders, [] {}};
    }
    std::vector<Batch> batches() { return db->workflows().list({}, 100, {}).batches; }
    // Another host begins to lay it ready, or goes on.
    bool another_stages(TimePoint instant) {
        const storage::StoredDefinition found = stored();
        return db->definitions().may_stage({found.id, found.revision, instant, 7}, 30s);
    }
};

TEST_F(LargeBatchTest, OfTwoHostsOneAloneLaysItReady) {
    define();
    const auto opened_again =
        storage::open_storage({.url = "sqlite:" + (db.folder / "test.db").string()}, &db.clock);
    RecurringJobs one = host(*db.storage);
    RecurringJobs other = host(*opened_again);
    std::barrier begin{2};
    const auto run = [&](RecurringJobs& recurring) {
        begin.arrive_and_wait();
        recurring.run_once();
    };
    std::jthread first{run, std::ref(one)};
    run(other);
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
    recurring.run_once();
    EXPECT_TRUE(batches().empty());
    EXPECT_EQ(stored().next_at, instant) << "it is not lost";

    db.clock.advance(20s);
    ASSERT_TRUE(another_stages(instant)) << "it goes on";
    db.clock.advance(20s);
    recurring.run_once();
    EXPECT_TRUE(batches().empty());

    db.clock.advance(11s);
    recurring.run_once();
    ASSERT_EQ(batches().size(), 1u);
    EXPECT_GT(stored().next_at, instant);
    EXPECT_FALSE(another_stages(instant)) << "the instant has been fired";
}

TEST_F(LargeBatchTest, WhoWasOvertakenStopsAndLeavesNothing) {
    define();
    const TimePoint instant = stored().next_at.value();
    recorded.recorded_workflows.on_submit = [&] {
        db.clock.advance(31s);
        EXPECT_TRUE(another_stages(instant));
    };
    RecurringJobs recurring = host(recorded);
    recurring.run_once();
    EXPECT_TRUE(recorded.fired.empty());
    ASSERT_EQ(recorded.recorded_workflows.submitted.size(), 1u) << "the rest is not staged";
    EXPECT_EQ(recorded.recorded_workflows.cancelled,
              std::vector{recorded.recorded_workflows.submitted[0].batches.at(0).id});
}

TEST_F(LargeBatchTest, WhatOverlapLeavesOutIsNotLaidReady) {
    define("skip");
    RecurringJobs recurring = host(*db.storage);
    recurring.run_once();
    ASSERT_EQ(batches().size(), 1u);
    EXPECT_EQ(batches()[0].cancel_requested_at, std::nullopt) << "its own members do not stand in its way";
    const TimePoint next = stored().next_at.value();
    db.clock.advance(1h);
    recurring.run_once();
    EXPECT_EQ(batches().size(), 1u) << "the first one is not final";
    EXPECT_GT(stored().next_at, next);

    db->workflows().cancel(batches()[0].id, "ada");
    while (db->workflows().go_on(1000) > 0) {
    }
    db.clock.advance(1h);
    recurring.run_once();
    EXPECT_EQ(batches().size(), 2u);
}

TEST_F(LargeBatchTest, WhatTheDatabaseRefusesIsNotLeftBehind) {
    define();
    recorded.refused = stored().id;
    RecurringJobs recurring = host(recorded);
    recurring.run_once();
    EXPECT_TRUE(recorded.fired.empty());
    EXPECT_EQ(recorded.recorded_workflows.cancelled,
              std::vector{recorded.recorded_workflows.submitted.at(0).batches.at(0).id});

    const std::size_t parts = recorded.recorded_workflows.submitted.size();
    db.clock.advance(1s);
    recurring.run_once();
    EXPECT_EQ(recorded.recorded_workflows.submitted.size(), parts) << "not all of it each second";
    db.clock.advance(30s);
    recurring.run_once();
    EXPECT_EQ(recorded.recorded_workflows.submitted.size(), 2 * parts);
}

}  // namespace
}  // namespace jobhost::host
