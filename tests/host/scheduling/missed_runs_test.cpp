// Hosts that come late, and clocks that step.
#include "host/scheduling/recurring_jobs.hpp"
#include "tests/storage/apply_definitions.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/temporary_storage.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>

namespace jobhost::host {
namespace {

using namespace std::chrono_literals;

struct MissedRunsTest : testing::Test {
    test::TemporaryStorage db;
    const SourceFolders no_files;
    RecurringJobs recurring{*db.storage, db.clock, {}, no_files, [] {}};

    // The first instant of `tick`, which has come.
    TimePoint define(Schedule schedule, std::size_t count = 1) {
        storage::SourceDefinitions source{"test/jobs.yaml", {}};
        for (std::size_t i = 0; i < count; ++i) {
            Definition definition;
            definition.name = i == 0 ? "tick" : "tick-" + std::to_string(i);
            definition.type = "test.job";
            definition.schedule = schedule;
            source.definitions.push_back(std::move(definition));
        }
        storage::apply_definitions(db->sources(), "test", "server", {&source, 1});
        db.clock.set(db->definitions().find("tick")->next_at.value());
        return db.clock.now();
    }
    std::vector<Job> jobs() {
        auto found = db->queries().list({}, 1000, "").jobs;
        std::ranges::sort(found, {}, &Job::nominal_at);
        return found;
    }
    std::vector<TimePoint> instants() {
        std::vector<TimePoint> found;
        for (const Job& job : jobs())
            found.push_back(job.nominal_at.value());
        return found;
    }
};

TEST_F(MissedRunsTest, AHostThatSleptForADayDoesWhatTheScheduleSays) {
    for (const auto& [missed, runs] :
         {std::pair{Missed::run_once, 1u}, {Missed::skip, 0u}, {Missed::run_all, 25u}}) {
        test::TemporaryStorage own;
        RecurringJobs host{*own.storage, own.clock, {}, no_files, [] {}};
        Definition definition;
        definition.name = "tick";
        definition.type = "test.job";
        definition.schedule = Every{1h};
        definition.schedule->missed = missed;
        const storage::SourceDefinitions source{"test/jobs.yaml", {definition}};
        storage::apply_definitions(own->sources(), "test", "server", {&source, 1});
        const TimePoint first = own->definitions().find("tick")->next_at.value();
        own.clock.set(first + 24h + 10min);
        host.run_once();
        EXPECT_EQ(own->queries().list({}, 100, "").jobs.size(), runs) << to_string(missed);
        EXPECT_EQ(own->definitions().find("tick")->next_at, first + 25h);
    }
}

TEST_F(MissedRunsTest, AClockThatIsSetBackFiresNothingTwice) {
    const TimePoint first = define(Every{1min});
    recurring.run_once();
    db.clock.set(first - 1h);
    EXPECT_EQ(recurring.run_once(), 1s) << "it waits";
    EXPECT_LT(db->definitions().find("tick")->next_at, first) << "and not for an hour";
    db.clock.set(first);
    recurring.run_once();
    EXPECT_EQ(instants(), std::vector{first});
    db.clock.set(first + 1min);
    recurring.run_once();
    EXPECT_EQ(instants(), (std::vector{first, first + 1min}));
}

TEST_F(MissedRunsTest, AHostThatComesAfterTheClockWasSetRightSetsCursorsBack) {
    const TimePoint first = define(Every{1h});
    recurring.run_once();
    db.clock.set(first + 365 * 24h);  // somebody's slip
    recurring.run_once();
    db.clock.set(first + 10min);
    RecurringJobs later{*db.storage, db.clock, {}, no_files, [] {}};
    later.run_once();
    EXPECT_EQ(db->definitions().find("tick")->next_at, first + 1h);
    db.clock.set(first + 1h);
    later.run_once();
    EXPECT_EQ(instants(), (std::vector{first, first + 1h, first + 365 * 24h}));
}

TEST_F(MissedRunsTest, OnceTheClockIsSetRightTheVeryNextInstantRuns) {
    const TimePoint first = define(Every{1s});
    recurring.run_once();
    db.clock.set(first + 2h);
    recurring.run_once();
    ASSERT_EQ(instants(), (std::vector{first, first + 2h}));
    db.clock.set(first + 10min + 500ms);
    recurring.run_once();
    EXPECT_EQ(db->definitions().find("tick")->next_at, first + 10min + 1s);
    db.clock.set(first + 10min + 1s);
    recurring.run_once();
    EXPECT_EQ(instants(), (std::vector{first, first + 10min + 1s, first + 2h}));
}

TEST_F(MissedRunsTest, APausedScheduleIsNotSetBack) {
    const TimePoint first = define(Every{1h});
    recurring.run_once();
    db->definitions().pause("tick", "me", "holidays", first + 48h);
    const auto paused = db->definitions().find("tick")->next_at;
    RecurringJobs later{*db.storage, db.clock, {}, no_files, [] {}};
    later.run_once();
    EXPECT_EQ(db->definitions().find("tick")->next_at, paused);
}

TEST_F(MissedRunsTest, AClockThatIsSetForwardMakesUpForTheStretchOnce) {
    Schedule schedule = Every{1min};
    schedule.missed = Missed::run_all;
    const TimePoint first = define(schedule);
    db.clock.set(first + 2min);
    recurring.run_once();
    db.clock.set(first);  // and back again
    recurring.run_once();
    db.clock.set(first + 2min);
    recurring.run_once();
    EXPECT_EQ(instants(), (std::vector{first, first + 1min, first + 2min}));
}

TEST_F(MissedRunsTest, TheClockOfAHostDoesNotMatter) {
    const TimePoint first = define(Every{1min});
    test::ManualClock fast;
    test::ManualClock slow;
    fast.set(first + 1min);
    slow.set(first - 1min);
    RecurringJobs ahead{*db.storage, fast, {}, no_files, [] {}};
    RecurringJobs behind{*db.storage, slow, {}, no_files, [] {}};
    db.clock.set(first - 1s);
    ahead.run_once();
    EXPECT_TRUE(instants().empty()) << "the database's clock has not come so far";
    db.clock.set(first);
    behind.run_once();
    ahead.run_once();
    EXPECT_EQ(instants(), std::vector{first});
}

TEST_F(MissedRunsTest, AnInstantThatComesWhileAHostIsThereIsNotMissed) {
    Schedule schedule = Every{1min};
    schedule.missed = Missed::skip;
    schedule.grace = 0s;
    const TimePoint first = define(schedule);
    db.clock.set(first - 500ms);
    recurring.run_once();
    db.clock.set(first + 3ms);
    recurring.run_once();
    EXPECT_EQ(instants(), std::vector{first}) << "however short its grace";
    EXPECT_EQ(db->definitions().find("tick")->missed, std::nullopt);

    db.clock.set(first + 3min + 3ms);
    recurring.run_once();
    EXPECT_EQ(instants(), std::vector{first}) << "this host was away";
    EXPECT_EQ(db->definitions().find("tick")->missed, (MissedInstants{first + 1min, first + 3min}));
}

TEST_F(MissedRunsTest, AnInstantBeforeAHostBeganIsMissed) {
    Schedule schedule = Every{1min};
    schedule.missed = Missed::skip;
    schedule.grace = 0s;
    const TimePoint first = define(schedule);
    db.clock.set(first + 3ms);
    recurring.run_once();
    EXPECT_TRUE(instants().empty());
}

TEST_F(MissedRunsTest, QueuedOnesWaitForEachOther) {
    Schedule schedule = Every{1min};
    schedule.missed = Missed::run_all;
    schedule.overlap = Overlap::queue;
    const TimePoint first = define(schedule);
    recurring.run_once();
    db.clock.set(first + 2min);
    recurring.run_once();
    std::vector<StateName> states;
    for (const Job& job : jobs())
        states.push_back(name_of(job.state));
    EXPECT_EQ(states, (std::vector{StateName::enqueued, StateName::awaiting, StateName::awaiting}));
}

TEST_F(MissedRunsTest, OfThoseThatWouldBeSkippedOnlyTheLatestRuns) {
    Schedule schedule = Every{1min};
    schedule.missed = Missed::run_all;
    schedule.overlap = Overlap::skip;
    const TimePoint first = define(schedule);
    db.clock.set(first + 2min);
    recurring.run_once();
    EXPECT_EQ(instants(), std::vector{first + 2min});
}

TEST_F(MissedRunsTest, JitterPutsTheStartOffAndNotTheInstant) {
    Schedule schedule = Every{1min};
    schedule.recurrences[0].jitter = 30s;
    const TimePoint first = define(schedule);
    recurring.run_once();
    const Job job = jobs().at(0);
    EXPECT_EQ(job.nominal_at, first);
    EXPECT_EQ(std::get<Scheduled>(job.state).due_at, first + schedule.jitter_at(first, "tick"));
}

TEST_F(MissedRunsTest, FiftyThousandOfOneMinuteComeInWithinTenSeconds) {
    constexpr std::size_t kCount = 50'000;
    define(Every{1min}, kCount);
    const auto begun = std::chrono::steady_clock::now();
    recurring.run_once();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    db.clock.advance(1min);
    const auto again = std::chrono::steady_clock::now();
    recurring.run_once();
    const std::chrono::duration<double> took_again = std::chrono::steady_clock::now() - again;
    std::cout << kCount << " definitions fired in " << took.count() << " s, and in " << took_again.count()
              << " s when they were known\n";
    EXPECT_EQ(db->queries().count(std::nullopt, std::nullopt)[static_cast<std::size_t>(StateName::enqueued)],
              static_cast<std::int64_t>(2 * kCount));
    EXPECT_LT(took.count(), 10);
}

}  // namespace
}  // namespace jobhost::host
