#include "host/scheduling/recurring_jobs.hpp"

#include "tests/support/temporary_storage.hpp"

#include <gtest/gtest.h>

namespace jobhost::host {
namespace {

using namespace std::chrono_literals;

struct RecurringJobsTest : testing::Test {
    test::TemporaryStorage db;
    int fired = 0;
    RecurringJobs recurring{*db.storage, db.clock, {{"test.job", 3}}, [this] { ++fired; }};

    void define(const Schedule& schedule) {
        Definition definition;
        definition.name = "tick";
        definition.type = "test.job";
        definition.arguments = R"({"a":1})";
        definition.queue = QueueName{"reports"};
        definition.schedule = schedule;
        const storage::SourceDefinitions source{"test/jobs.yaml", {definition}};
        db->definitions().apply("test", "server", {&source, 1});
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

    EXPECT_EQ(recurring.run_once(), std::min<Duration>(next - db.clock.now(), 10s));
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

}  // namespace
}  // namespace jobhost::host
