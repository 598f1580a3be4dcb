#include "host/scheduling/recurring_jobs.hpp"

#include "tests/host/scheduling/definitions.hpp"
#include "tests/host/scheduling/recorded_firings.hpp"
#include "tests/storage/apply_definitions.hpp"
#include "tests/support/temporary_storage.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace jobhost::host {
namespace {

using namespace std::chrono_literals;

struct RecurringJobsTest : testing::Test {
    test::TemporaryStorage db;
    int fired = 0;
    const SourceFolders no_files;
    RecurringJobs recurring{*db.storage, db.clock, {{"test.job", 3}}, no_files, [this] { ++fired; }};

    void define(const Schedule& schedule) {
        Definition definition;
        definition.name = "tick";
        definition.type = "test.job";
        definition.arguments = R"({"a":1})";
        definition.queue = QueueName{"reports"};
        definition.schedule = schedule;
        const storage::SourceDefinitions source{"test/jobs.yaml", {definition}};
        storage::apply_definitions(db->sources(), "test", "server", {&source, 1});
    }
    std::vector<TimePoint> nominal_instants() {
        std::vector<TimePoint> instants;
        for (const Job& job : db->queries().list({}, 100, "").jobs)
            instants.push_back(job.nominal_at.value());
        std::reverse(instants.begin(), instants.end());
        return instants;
    }
};

TEST_F(RecurringJobsTest, NothingFiresBeforeItsInstant) {
    define(Every{1min});
    const TimePoint next = db->definitions().find("tick")->next_at.value();

    EXPECT_EQ(recurring.run_once(), std::min<Duration>(next - db.clock.now(), 1s));
    EXPECT_TRUE(nominal_instants().empty());
    EXPECT_EQ(fired, 0);
}

TEST_F(RecurringJobsTest, EachInstantBecomesOneJobAsTheDefinitionSays) {
    define(Every{1min});
    const TimePoint first = db->definitions().find("tick")->next_at.value();
    db.clock.set(first);
    recurring.run_once();
    recurring.run_once();
    db.clock.set(first + 1min);
    recurring.run_once();

    EXPECT_EQ(nominal_instants(), (std::vector{first, first + 1min}));
    EXPECT_EQ(fired, 2);
    const Job job = db->queries().list({}, 1, "").jobs.at(0);
    EXPECT_EQ(job.definition, "tick");
    EXPECT_EQ(job.queue.value, "reports");
    EXPECT_EQ(job.arguments, R"({"a":1})");
    EXPECT_EQ(job.payload_version, 3) << "the version that this host serves";
}

TEST_F(RecurringJobsTest, InstantsThatPassedWhileNoHostRanBecomeOneJobForTheLatest) {
    define(Every{1min});
    const TimePoint first = db->definitions().find("tick")->next_at.value();
    db.clock.set(first + 90min + 10s);

    recurring.run_once();

    EXPECT_EQ(nominal_instants(), std::vector{first + 90min});
    EXPECT_EQ(db->definitions().find("tick")->next_at, first + 91min);
}

TEST_F(RecurringJobsTest, ACronScheduleFiresInItsTimeZone) {
    define(std::get<Cron>(Cron::parse("0 2 * * *", "Europe/Istanbul")));
    db.clock.set(TimePoint{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}} + 0h);

    recurring.run_once();

    EXPECT_EQ(nominal_instants(),
              std::vector{TimePoint{std::chrono::sys_days{std::chrono::year{2026} / 11 / 20} + 23h}});
}

// ---- workflows ----

struct RecurringWorkflowsTest : testing::Test {
    test::TemporaryStorage db;
    RecordedFirings storage{*db.storage};
    std::optional<WrittenDefinitions> written;
    SourceFolders folders;
    std::optional<RecurringJobs> recurring;

    // Whose first instant comes now.
    void define(const std::string& yaml, bool has_files = true) {
        written.emplace(yaml);
        storage::apply_definitions(storage.sources(), "default", "server", written->sources());
        folders.replace_by(has_files ? written->folders() : SourceFolders::Folders{});
        recurring.emplace(storage, db.clock, std::map<std::string, int>{}, folders, [] {});
        db.clock.set(next("a"));
    }
    TimePoint next(const std::string& name) { return storage.definitions().find(name)->next_at.value(); }
    const storage::Firing& firing(const std::string& name) {
        const DefinitionId id = storage.definitions().find(name)->id;
        return *std::ranges::find(storage.fired, id, &storage::Firing::definition);
    }
};

TEST_F(RecurringWorkflowsTest, WhatWaitsIsFiredWithWhatItWaitsFor) {
    define("jobs:\n  a: {type: x.a, schedule: {every: 1m}}\n  b: {type: x.b, after: a}\n");
    const TimePoint instant = db.clock.now();
    recurring->run_once();

    ASSERT_EQ(storage.fired.size(), 1u);
    const auto& jobs = storage.fired[0].jobs;
    ASSERT_EQ(jobs.size(), 2u);
    EXPECT_EQ(jobs[1].parents, (std::vector<Parent>{{jobs[0].id}}));
    EXPECT_EQ(jobs[1].nominal_at, instant);
}

TEST_F(RecurringWorkflowsTest, FirstOfThoseThatAreWaitedForTogetherHandsInAll) {
    define(
        "jobs:\n  a: {type: x.a, schedule: {every: 1m}}\n  b: {type: x.b, schedule: {every: 1m}}\n"
        "  c: {type: x.c, after: [a, b]}\n");
    recurring->run_once();

    EXPECT_EQ(storage.fired.size(), 2u);
    EXPECT_EQ(firing("a").jobs.size(), 3u);
    EXPECT_TRUE(firing("b").jobs.empty());
    EXPECT_EQ(firing("a").together, std::vector{storage.definitions().find("b")->id});
    EXPECT_EQ(next("b"), next("a"));
}

TEST_F(RecurringWorkflowsTest, BatchIsFiredWithItsMembers) {
    define("batches: {a: {schedule: {every: 1m}, for_each: {file: x.csv}, jobs: {m: {type: x.m}}}}\n");
    written->write("x.csv", "id\n1\n2\n");
    recurring->run_once();

    ASSERT_EQ(storage.fired.size(), 1u);
    EXPECT_EQ(storage.fired[0].batches.size(), 1u);
    EXPECT_EQ(storage.fired[0].jobs.size(), 2u);
    EXPECT_TRUE(storage.fired[0].opens.empty());
}

TEST_F(RecurringWorkflowsTest, LargeBatchLiesReadyAndIsOpenedByItsFiring) {
    define("batches: {a: {schedule: {every: 1m}, for_each: {file: x.csv}, jobs: {m: {type: x.m}}}}\n");
    std::string items = "id\n";
    for (std::size_t i = 0; i < kMaxMembersAtOnce; ++i)
        items += "1\n";
    written->write("x.csv", items);
    recurring->run_once();
    recurring->run_large();

    ASSERT_EQ(storage.fired.size(), 1u);
    EXPECT_TRUE(storage.fired[0].jobs.empty());
    EXPECT_EQ(storage.fired[0].opens,
              std::vector{storage.recorded_workflows.submitted.at(0).batches.at(0).id});
    EXPECT_TRUE(storage.recorded_workflows.opened.empty());
}

TEST_F(RecurringWorkflowsTest, WhatCannotBeMadeIsTriedAgainAndHoldsUpNobody) {
    define(
        "jobs: {other: {type: x.other, schedule: {every: 1m}}}\n"
        "batches: {a: {schedule: {every: 1m}, for_each: {file: x.csv}, jobs: {m: {type: x.m}}}}\n");
    const TimePoint instant = db.clock.now();
    EXPECT_EQ(recurring->run_once(), 1s);

    ASSERT_EQ(storage.fired.size(), 1u);
    EXPECT_EQ(firing("other").jobs.size(), 1u);
    EXPECT_EQ(next("a"), instant);
    written->write("x.csv", "id\n1\n");
    recurring->run_once();
    EXPECT_EQ(firing("a").jobs.size(), 1u);
}

TEST_F(RecurringWorkflowsTest, ItemsThatLieElsewhereAreLeftToAnotherHost) {
    define("batches: {a: {schedule: {every: 1m}, for_each: {file: x.csv}, jobs: {m: {type: x.m}}}}\n", false);
    written->write("x.csv", "id\n1\n");
    EXPECT_EQ(recurring->run_once(), 1s);
    EXPECT_TRUE(storage.fired.empty());
}

TEST_F(RecurringWorkflowsTest, WhatTheDatabaseRefusesHoldsUpNobody) {
    define("jobs:\n  a: {type: x.a, schedule: {every: 1m}}\n  b: {type: x.b, schedule: {every: 1m}}\n");
    const TimePoint instant = db.clock.now();
    storage.refused = storage.definitions().find("a")->id;
    recurring->run_once();

    ASSERT_EQ(storage.fired.size(), 1u);
    EXPECT_EQ(firing("b").jobs.size(), 1u);
    EXPECT_EQ(next("a"), instant) << "it is tried again";
}

TEST_F(RecurringWorkflowsTest, ADatabaseThatIsAwayIsNoFaultOfWhatIsDue) {
    define("jobs: {a: {type: x.a, schedule: {every: 1m}}}\n");
    const TimePoint instant = db.clock.now();
    storage.is_away = true;
    for (int i = 0; i < 20; ++i)
        EXPECT_THROW(recurring->run_once(), storage::StorageError);
    EXPECT_EQ(next("a"), instant);

    storage.is_away = false;
    recurring->run_once();
    ASSERT_EQ(storage.fired.size(), 1u) << "however often it was tried";
    EXPECT_EQ(storage.fired[0].jobs.at(0).nominal_at, instant);
}

// ---- a definition that this host cannot read ----

TEST_F(RecurringWorkflowsTest, ADefinitionThatCannotBeReadHoldsUpNobody) {
    define("jobs:\n  a: {type: x.a, schedule: {every: 1m}}\n  b: {type: x.b, schedule: {every: 1m}}\n");
    const TimePoint instant = db.clock.now();
    storage.unreadable = "a";
    EXPECT_EQ(recurring->run_once(), 1s) << "and is not tried without a pause";

    ASSERT_EQ(storage.fired.size(), 1u);
    EXPECT_EQ(storage.fired[0].jobs.at(0).type, "x.b");
    EXPECT_EQ(next("a"), instant) << "a host that can read it fires it";
    storage.unreadable = "";
    recurring->run_once();
    EXPECT_EQ(firing("a").jobs.at(0).nominal_at, instant);
}

TEST_F(RecurringWorkflowsTest, ADefinitionThatCannotBeReadHoldsUpNobodyHoweverMuchWaitsForIt) {
    define(
        "jobs:\n  a: {type: x.a, schedule: {every: 1m}}\n  b: {type: x.b, schedule: {every: 1m}}\n"
        "batches: {c: {after: [a], for_each: {file: x.csv}, jobs: {m: {type: x.m}}}}\n");
    written->write("x.csv", "id\n" + std::string(1'000'000, '1') + "\n");
    storage.unreadable = "a";
    EXPECT_EQ(recurring->run_once(), 1s);
    ASSERT_EQ(storage.fired.size(), 1u);
    EXPECT_EQ(storage.fired[0].jobs.at(0).type, "x.b");
}

TEST_F(RecurringWorkflowsTest, WhatWaitsAndCannotBeReadIsNotLeftOut) {
    define(
        "jobs:\n  a: {type: x.a, schedule: {every: 1m}}\n  b: {type: x.b, after: a}\n"
        "  c: {type: x.c, schedule: {every: 1m}}\n");
    const TimePoint instant = db.clock.now();
    storage.unreadable = "b";
    recurring->run_once();

    ASSERT_EQ(storage.fired.size(), 1u);
    EXPECT_EQ(storage.fired[0].jobs.at(0).type, "x.c");
    EXPECT_EQ(next("a"), instant) << "it is left to a host that can hand in both";
}

TEST_F(RecurringWorkflowsTest, OneOfThoseThatAreFiredTogetherAndCannotBeReadStopsThemAll) {
    define(
        "jobs:\n  a: {type: x.a, schedule: {every: 1m}}\n  b: {type: x.b, schedule: {every: 1m}}\n"
        "  c: {type: x.c, after: [a, b]}\n");
    storage.unreadable = "b";
    recurring->run_once();
    EXPECT_TRUE(storage.fired.empty());
}

}  // namespace
}  // namespace jobhost::host
