#include "host/scheduling/due_jobs.hpp"

#include "tests/support/temporary_storage.hpp"

#include <gtest/gtest.h>

namespace jobhost::host {
namespace {

using namespace std::chrono_literals;

struct DueJobsTest : testing::Test {
    test::TemporaryStorage db;
    int promoted = 0;
    DueJobs due_jobs{db->jobs(), db.clock, [this] { ++promoted; }};

    void insert_due_in(Duration delay) {
        NewJob job;
        job.id = db->jobs().reserve_ids(1);
        job.type = "test.job";
        job.due_at = db.clock.now() + delay;
        db->jobs().insert({&job, 1});
    }
};

TEST_F(DueJobsTest, WaitsForTheNextInstantButNeverLongerThanASecond) {
    EXPECT_EQ(due_jobs.run_once(), 1s);
    insert_due_in(1h);
    EXPECT_EQ(due_jobs.run_once(), 1s);
    insert_due_in(300ms);
    EXPECT_EQ(due_jobs.run_once(), 300ms);
    EXPECT_EQ(promoted, 0);
}

TEST_F(DueJobsTest, PromotesWhatIsDueAndTellsSo) {
    insert_due_in(1s);
    insert_due_in(2s);
    db.clock.advance(1s);

    EXPECT_EQ(due_jobs.run_once(), 1s);
    EXPECT_EQ(promoted, 1);
    EXPECT_EQ(db->queries().list({.state = StateName::enqueued}, 10, "").jobs.size(), 1u);
}

TEST_F(DueJobsTest, DoesNotAskWithoutPauseWhileTheDatabasesClockIsBehind) {
    test::ManualClock ours;
    ours.advance(2s);
    DueJobs ahead{db->jobs(), ours, [this] { ++promoted; }};
    insert_due_in(1s);
    EXPECT_EQ(ahead.run_once(), 20ms);
    db.clock.advance(1s);
    EXPECT_EQ(ahead.run_once(), 1s);
    EXPECT_EQ(promoted, 1);
}

}  // namespace
}  // namespace jobhost::host
