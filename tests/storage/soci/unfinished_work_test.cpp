#include "storage/soci/migrator.hpp"
#include "storage/soci/soci_job_store.hpp"
#include "storage/soci/soci_workflow_store.hpp"
#include "storage/soci/sqlite_database.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kLimit = 10;

// Two batches whose members are to start, of which the database does not let those of the first one go.
struct UnfinishedWorkTest : testing::Test {
    test::TemporaryFolder folder;
    test::ManualClock clock;
    SqliteDatabase database{folder / "test.db", 5s, clock};
    Changes changes{(migrate(database), database)};
    SociJobStore jobs{changes};
    SociWorkflowStore workflows{changes};
    BatchId first = start();
    BatchId second = start();

    BatchId start() {
        NewBatch batch{.id = BatchId{jobs.reserve_ids(1).value}, .is_staged = true};
        std::vector<NewJob> members(2 * kLimit);
        for (NewJob& member : members) {
            member.id = jobs.reserve_ids(1);
            member.type = "test.job";
            member.batch = batch.id;
        }
        workflows.submit({&batch, 1}, members);
        // As if it had been opened, and starting all of them had been too much at once.
        database.write([&](Session& session) {
            session.execute_text("UPDATE batch SET state = 2 WHERE id = :id", {{"id", batch.id.value}});
            session.execute_text("INSERT INTO unfinished_work (kind, subject) VALUES (2, :id)",
                                 {{"id", batch.id.value}});
        });
        return batch.id;
    }
    void refuse(BatchId batch) {
        database.write([&](Session& session) {
            session.execute_text("CREATE TRIGGER refused BEFORE UPDATE ON job WHEN NEW.batch = " +
                                 std::to_string(batch.value) + " BEGIN SELECT RAISE(ABORT, 'no'); END");
        });
    }
    void refuse_no_more() {
        database.write([](Session& session) { session.execute_text("DROP TRIGGER refused"); });
    }
    // How many pieces were done, or failed without a word.
    int go_on() {
        int count = 0;
        while (workflows.go_on(kLimit) > 0)
            ++count;
        return count;
    }
    long long waiting(BatchId batch) {
        long long count = 0;
        database.read([&](Session& session) {
            count = std::get<0>(
                session
                    .rows_of_text<long long>("SELECT COUNT(*) FROM job WHERE state = 0 AND batch = " +
                                             std::to_string(batch.value))
                    .at(0));
        });
        return count;
    }
};

TEST_F(UnfinishedWorkTest, WhatCannotGoOnHoldsUpNothingElseAndIsToldOnce) {
    refuse(first);
    try {
        workflows.go_on(kLimit);
        ADD_FAILURE() << "nothing was told";
    } catch (const StorageError& error) {
        EXPECT_EQ(error.kind(), StorageError::Kind::refused);
        EXPECT_THAT(error.what(), testing::HasSubstr("the members of batch " + std::to_string(first.value) +
                                                     " cannot be started"));
        EXPECT_THAT(error.what(), testing::HasSubstr("jobhost batch show " + std::to_string(first.value)));
    }
    EXPECT_GT(go_on(), 0);
    EXPECT_EQ(waiting(second), 0);
    EXPECT_GT(waiting(first), 0);
}

TEST_F(UnfinishedWorkTest, EachGetsItsTurn) {
    workflows.go_on(kLimit);
    workflows.go_on(kLimit);
    EXPECT_LT(waiting(first), static_cast<long long>(2 * kLimit));
    EXPECT_LT(waiting(second), static_cast<long long>(2 * kLimit))
        << "a later one does not wait for all of it";
    go_on();
    EXPECT_EQ(waiting(first) + waiting(second), 0);
}

TEST_F(UnfinishedWorkTest, ItIsTriedAgainMoreAndMoreRarely) {
    refuse(first);
    EXPECT_THROW(workflows.go_on(kLimit), StorageError);
    go_on();
    EXPECT_EQ(go_on(), 0) << "not before a second is over";
    clock.advance(1s);
    EXPECT_EQ(go_on(), 1);
    clock.advance(1s);
    EXPECT_EQ(go_on(), 0);
    clock.advance(1s);
    EXPECT_EQ(go_on(), 1);
    for (int i = 0; i < 20; ++i) {
        clock.advance(10min);
        EXPECT_EQ(go_on(), 1) << "every ten minutes at least";
    }
}

TEST_F(UnfinishedWorkTest, ItGoesOnWhenItCan) {
    refuse(first);
    EXPECT_THROW(workflows.go_on(kLimit), StorageError);
    refuse_no_more();
    go_on();
    clock.advance(1s);
    EXPECT_GT(go_on(), 0);
    EXPECT_EQ(waiting(first), 0);
    EXPECT_EQ(go_on(), 0);
}

TEST_F(UnfinishedWorkTest, WhatAnotherHostHasDoneIsForgotten) {
    refuse(first);
    EXPECT_THROW(workflows.go_on(kLimit), StorageError);
    refuse_no_more();
    Changes others{database};
    SociWorkflowStore other{others};
    while (other.go_on(kLimit) > 0) {
    }
    EXPECT_EQ(go_on(), 0);
    EXPECT_EQ(waiting(first), 0);
    clock.advance(1s);
    EXPECT_EQ(go_on(), 0);
}

}  // namespace
}  // namespace jobhost::storage
