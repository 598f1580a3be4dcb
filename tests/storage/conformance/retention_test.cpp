#include "tests/storage/conformance/conformance.hpp"

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class RetentionConformance : public StorageConformance {
protected:
    NewJob kept_for(const Retention& retention) {
        NewJob made = job();
        made.policy.retention = retention;
        return made;
    }
    NewJob kept_for(Duration each) { return kept_for(Retention{each, each, each, {}}); }
    JobId succeed(const NewJob& made) {
        insert(made);
        settle(success_of(claim_one()));
        return made.id;
    }
    bool exists(JobId id) { return queries.find(id).has_value(); }
    // A whole walk in steps of `limit`; how many went.
    std::size_t purge_all(std::size_t limit) {
        PurgePosition position;
        std::size_t count = 0;
        for (int i = 0; i < 1000; ++i) {
            const Purged purged = upkeep.purge(position, limit);
            EXPECT_LE(purged.count, limit);
            count += purged.count;
            if (purged.is_done) return count;
        }
        ADD_FAILURE() << "the purge does not end";
        return count;
    }
};

TEST_P(RetentionConformance, AnEmptyDatabaseIsPurgedAtOnce) {
    PurgePosition position;
    EXPECT_EQ(purge_all(10), 0u);
    EXPECT_EQ(upkeep.purge_by_count(10), 0u);
}

TEST_P(RetentionConformance, AJobGoesWhenItsTimeIsOverAndNotBefore) {
    const JobId id = succeed(kept_for(1h));
    clock.advance(1h - 1us);
    EXPECT_EQ(purge_all(10), 0u);
    EXPECT_TRUE(exists(id));
    clock.advance(2us);
    EXPECT_EQ(purge_all(10), 1u);
    EXPECT_FALSE(exists(id));
    EXPECT_EQ(purge_all(10), 0u);
}

TEST_P(RetentionConformance, EachStateHasItsOwnTime) {
    insert_many(3, kept_for(Retention{1h, 2h, 3h, {}}));
    const auto runs = claim(3);
    const std::vector batch{success_of(runs[0]), failure_of(runs[1]), deletion_of(runs[2])};
    jobs.exchange(server, batch, {});
    for (const std::size_t gone : {0u, 1u, 2u}) {
        clock.advance(1h + 1s);
        EXPECT_EQ(purge_all(10), 1u);
        EXPECT_FALSE(exists(runs[gone].id));
    }
}

TEST_P(RetentionConformance, OnlyFinalJobsGo) {
    NewJob made = kept_for(0s);
    insert_many(3, made);
    const auto runs = claim(2);
    settle(retry_of(runs[0], 1h));
    clock.advance(std::chrono::days{400});
    EXPECT_EQ(purge_all(10), 0u);
    EXPECT_EQ(listed({}).size(), 3u);
}

TEST_P(RetentionConformance, TheTimeBeginsWhenTheJobEnds) {
    const NewJob made = kept_for(1h);
    insert(made);
    clock.advance(5h);
    settle(success_of(claim_one()));
    clock.advance(30min);
    EXPECT_EQ(purge_all(10), 0u);
}

TEST_P(RetentionConformance, JobsThatAreKeptLongHideNobody) {
    std::vector<JobId> kept;
    for (int i = 0; i < 20; ++i)
        kept.push_back(succeed(kept_for(100h)));
    clock.advance(1s);
    std::vector<JobId> gone;
    for (int i = 0; i < 5; ++i)
        gone.push_back(succeed(kept_for(1h)));
    clock.advance(2h);

    EXPECT_EQ(purge_all(3), 5u);
    for (const JobId id : kept)
        EXPECT_TRUE(exists(id));
    for (const JobId id : gone)
        EXPECT_FALSE(exists(id));
}

TEST_P(RetentionConformance, JobsOfDifferentPoliciesGoAtTheirOwnTimes) {
    std::vector<JobId> ids;
    for (int hours = 1; hours <= 12; ++hours)
        ids.push_back(succeed(kept_for(std::chrono::hours{(hours * 5) % 13})));
    clock.advance(6h + 1s);
    EXPECT_EQ(purge_all(2), 6u);
    for (int hours = 1; hours <= 12; ++hours)
        EXPECT_EQ(exists(ids[static_cast<std::size_t>(hours - 1)]), (hours * 5) % 13 > 6) << hours;
}

TEST_P(RetentionConformance, TheSizeOfTheStepsDoesNotMatter) {
    for (const std::size_t limit : {1u, 2u, 5u, 100u}) {
        insert_many(4, kept_for(1h));
        insert_many(3, kept_for(9h));
        std::vector<Settlement> batch;
        for (const ClaimedJob& run : claim(7))
            batch.push_back(batch.size() % 2 ? success_of(run) : failure_of(run));
        jobs.exchange(server, batch, {});
        clock.advance(2h);
        EXPECT_EQ(purge_all(limit), 4u) << limit;
        clock.advance(10h);
        EXPECT_EQ(purge_all(limit), 3u) << limit;
    }
}

TEST_P(RetentionConformance, AFinishedWalkBeginsAnew) {
    succeed(kept_for(1h));
    clock.advance(2h);
    PurgePosition position;
    std::size_t count = 0;
    for (int i = 0; i < 20; ++i)
        count += upkeep.purge(position, 100).count;
    EXPECT_EQ(count, 1u);
    succeed(kept_for(1h));
    clock.advance(2h);
    for (int i = 0; i < 20; ++i)
        count += upkeep.purge(position, 100).count;
    EXPECT_EQ(count, 2u);
}

TEST_P(RetentionConformance, WhatEndsDuringAWalkWaitsForTheNext) {
    for (int i = 0; i < 4; ++i)
        succeed(kept_for(1h));
    clock.advance(2h);
    PurgePosition position;
    std::size_t count = upkeep.purge(position, 2).count;
    const JobId late = succeed(kept_for(1h));
    for (int i = 0; i < 20; ++i)
        count += upkeep.purge(position, 2).count;
    EXPECT_EQ(count, 4u);
    EXPECT_TRUE(exists(late));
}

TEST_P(RetentionConformance, EventsAndLogsGoWithTheirJob) {
    insert_many(2, kept_for(1h));
    const auto runs = claim(2);
    for (const ClaimedJob& run : runs) {
        Settlement end = failure_of(run);
        end.event = retry_of(run, 1s).event;
        end.log = {{run.id, run.lease, 0, R"([{"at":1,"level":"info","text":"a line"}])"}};
        settle(end);
        clock.advance(40min);
    }
    EXPECT_EQ(purge_all(10), 1u);
    LogPosition position;
    EXPECT_TRUE(queries.events(runs[0].id).empty());
    EXPECT_TRUE(queries.log(runs[0].id, position).empty());
    EXPECT_EQ(queries.events(runs[1].id).size(), 1u);
    EXPECT_EQ(queries.log(runs[1].id, position).size(), 1u);
}

TEST_P(RetentionConformance, TwoProcessesMayPurgeAtOnce) {
    for (int i = 0; i < 6; ++i)
        succeed(kept_for(1h));
    clock.advance(2h);
    const auto other = database->open(clock);
    PurgePosition ours;
    PurgePosition theirs;
    std::size_t count = 0;
    for (int i = 0; i < 12; ++i)
        count += upkeep.purge(ours, 2).count + other->upkeep().purge(theirs, 2).count;
    EXPECT_EQ(count, 6u);
}

TEST_P(RetentionConformance, ARequeuedJobIsKeptUntilItEndsAgain) {
    const JobId id = succeed(kept_for(1h));
    clock.advance(1h - 1s);
    operations.operate({&id, 1}, {.verb = Verb::requeue, .by = "somebody"});
    clock.advance(std::chrono::days{400});
    EXPECT_EQ(purge_all(10), 0u);
    settle(success_of(claim_one()));
    clock.advance(1h - 1s);
    EXPECT_EQ(purge_all(10), 0u) << "its time begins anew";
    clock.advance(2s);
    EXPECT_EQ(purge_all(10), 1u);
    EXPECT_FALSE(exists(id));
}

INSTANTIATE_TEST_SUITE_P(Databases, RetentionConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
