// Definitions that something waits for together, in a real database.
#include "host/scheduling/recurring_jobs.hpp"
#include "tests/host/scheduling/definitions.hpp"
#include "tests/storage/apply_definitions.hpp"
#include "tests/support/temporary_storage.hpp"

#include <gtest/gtest.h>

namespace jobhost::host {
namespace {

using namespace std::chrono_literals;

struct FiredTogetherTest : testing::Test {
    test::TemporaryStorage db;
    const SourceFolders no_files;
    RecurringJobs recurring{*db.storage, db.clock, {}, no_files, [] {}};

    // Each minute, and waited for by `c`.
    void define(const std::string& overlap) {
        const std::string schedule = "schedule: {every: 1m, missed: run_all, overlap: " + overlap + "}";
        const WrittenDefinitions written{"jobs:\n  a: {type: x.a, " + schedule + "}\n  b: {type: x.b, " +
                                         schedule + "}\n  c: {type: x.c, after: [a, b]}\n"};
        storage::apply_definitions(db->sources(), "default", "server", written.sources());
        db.clock.set(db->definitions().find("a")->next_at.value());
        recurring.run_once();
    }
    void fire_next() {
        db.clock.advance(1min);
        recurring.run_once();
    }
    std::vector<Job> jobs_of(const std::string& name) {
        storage::JobFilter filter;
        filter.definition = name;
        return db->queries().list(filter, 100, "").jobs;  // from the newest
    }
    void cancel(JobId job) {
        db->operations().operate({&job, 1}, {.verb = storage::Verb::cancel, .by = "ada"});
    }
    std::size_t open(const std::string& name) {
        std::size_t count = 0;
        for (const Job& job : jobs_of(name))
            count += name_of(job.state) == StateName::enqueued ? 1 : 0;
        return count;
    }
};

TEST_F(FiredTogetherTest, NoneRunsBesideItsOwnOpenRun) {
    define("skip");
    cancel(jobs_of("a").at(0).id);
    for (int i = 0; i < 3; ++i)
        fire_next();
    EXPECT_EQ(jobs_of("a").size(), 1u) << "b is open still, and a does not run without it";
    EXPECT_EQ(jobs_of("b").size(), 1u);
    cancel(jobs_of("b").at(0).id);
    fire_next();
    for (const char* name : {"a", "b", "c"})
        EXPECT_EQ(jobs_of(name).size(), 2u) << name;
}

TEST_F(FiredTogetherTest, QueuedEachWaitsForItsOwn) {
    define("queue");
    cancel(jobs_of("a").at(0).id);
    db.clock.advance(2min);
    recurring.run_once();  // two instants at once
    ASSERT_EQ(jobs_of("b").size(), 3u);
    EXPECT_EQ(open("a"), 1u);
    EXPECT_EQ(open("b"), 1u) << "each instant waits for the one before";
    cancel(jobs_of("b").at(2).id);
    EXPECT_EQ(open("b"), 1u);
    EXPECT_EQ(name_of(jobs_of("b").at(1).state), StateName::enqueued);
}

TEST_F(FiredTogetherTest, APauseOfOneIsAPauseOfAll) {
    define("allow");
    for (const char* name : {"a", "b"}) {
        db->definitions().pause(name, "ada", "why", {});
        for (int i = 0; i < 3; ++i)
            fire_next();
        EXPECT_EQ(jobs_of("a").size(), jobs_of("b").size());
        for (const char* each : {"a", "b"}) {
            const auto stored = db->definitions().find(each).value();
            EXPECT_TRUE(stored.is_paused_at(db.clock.now())) << each;
            EXPECT_EQ(stored.next_at, std::nullopt) << each << " is shown as it is";
        }
        db->definitions().resume(name, "ada");
        const std::size_t before = jobs_of("a").size();
        fire_next();
        EXPECT_EQ(jobs_of("a").size(), before + 1) << "paused by " << name;
        EXPECT_EQ(jobs_of("b").size(), before + 1) << "paused by " << name;
    }
    EXPECT_EQ(jobs_of("b").size(), 3u) << "none while they were paused";
}

TEST_F(FiredTogetherTest, WhatIsMissedIsMissedByAll) {
    define("skip");
    db.clock.advance(10min);
    recurring.run_once();
    const auto a = db->definitions().find("a")->missed;
    EXPECT_TRUE(a.has_value());
    EXPECT_EQ(db->definitions().find("b")->missed, a);
}

}  // namespace
}  // namespace jobhost::host
