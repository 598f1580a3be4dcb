#include "storage/soci/sqlite_database.hpp"
#include "storage/storage_error.hpp"
#include "tests/support/counted_events.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

struct GroupWriterTest : testing::Test {
    test::TemporaryFolder folder;
    test::ManualClock clock;
    SqliteDatabase database{folder / "test.db", 5s, clock};

    GroupWriterTest() {
        database.write(
            [](Session& session) { session.execute_text("CREATE TABLE t (n INTEGER PRIMARY KEY) STRICT"); });
    }
    void insert(int n) {
        database.write([n](Session& session) {
            session.execute_text("INSERT INTO t (n) VALUES (:n)", {{"n", n}});
        });
    }
    long long count() {
        long long found = 0;
        database.read([&](Session& session) {
            found = std::get<0>(session.rows_of_text<long long>("SELECT COUNT(*) FROM t").at(0));
        });
        return found;
    }
    // Keeps the writer busy until `go`, so that what comes meanwhile shares one transaction.
    std::thread occupy(test::CountedEvents& busy, test::CountedEvents& go) {
        return std::thread{[&] {
            database.write([&](Session&) {
                busy.happened();
                go.wait_for(1);
            });
        }};
    }
};

TEST_F(GroupWriterTest, OneBadRequestDoesNotUndoItsGroup) {
    insert(1);
    test::CountedEvents busy;
    test::CountedEvents go;
    std::thread first = occupy(busy, go);
    busy.wait_for(1);
    std::vector<std::thread> others;
    std::atomic<int> conflicts = 0;
    for (const int n : {2, 1, 3})
        others.emplace_back([&, n] {
            try {
                insert(n);
            } catch (const StorageError& error) {
                if (error.kind() == StorageError::Kind::conflict) ++conflicts;
            }
        });
    go.happened();
    first.join();
    for (std::thread& other : others)
        other.join();

    EXPECT_EQ(conflicts, 1);
    EXPECT_EQ(count(), 3);
}

TEST_F(GroupWriterTest, WhatTheWorkThrowsIsThrownToItsCaller) {
    EXPECT_THROW(database.write([](Session& session) {
        session.execute_text("INSERT INTO t (n) VALUES (9)");
        throw std::runtime_error{"mine"};
    }),
                 std::runtime_error);
    EXPECT_EQ(count(), 0);
}

TEST_F(GroupWriterTest, ARequestThatCannotBeginInTimeIsWithdrawn) {
    SqliteDatabase impatient{folder / "test.db", 50ms, clock};
    test::CountedEvents busy;
    test::CountedEvents go;
    std::thread holder = occupy(busy, go);
    busy.wait_for(1);

    try {
        impatient.write([](Session& session) { session.execute_text("INSERT INTO t (n) VALUES (5)"); });
        ADD_FAILURE() << "the lock is held by another";
    } catch (const StorageError& error) {
        EXPECT_EQ(error.kind(), StorageError::Kind::busy);
    }
    go.happened();
    holder.join();
    EXPECT_EQ(count(), 0);
}

TEST_F(GroupWriterTest, WhoWaitsWithOthersIsWithdrawnWhenItsOwnTimeIsOver) {
    test::CountedEvents busy;
    test::CountedEvents go;
    std::thread first = occupy(busy, go);
    busy.wait_for(1);
    FileLock another_process{Turnstile::waiting_file(folder / "test.db")};
    ASSERT_TRUE(another_process.lock_until(std::chrono::steady_clock::now() + 5s));
    test::CountedEvents queued;
    std::thread patient{[&] {
        queued.happened();
        EXPECT_NO_THROW(insert(1));
    }};
    std::thread impatient{[&] {
        queued.happened();
        EXPECT_THROW(database.write_within(500ms, [](Session&) { ADD_FAILURE() << "it was too late"; }),
                     StorageError);
    }};
    queued.wait_for(2);
    go.happened();
    first.join();

    impatient.join();
    another_process.unlock();
    patient.join();
    EXPECT_EQ(count(), 1);
}

TEST_F(GroupWriterTest, AProcessThatWritesAllTheTimeDoesNotStarveAnother) {
    SqliteDatabase rare{folder / "test.db", 5s, clock};
    std::atomic<bool> is_stopping = false;
    test::CountedEvents writes;
    std::thread busy{[&] {
        for (int n = 1000; !is_stopping; ++n) {
            insert(n);
            writes.happened();
        }
    }};
    writes.wait_for(5);
    for (int n = 1; n <= 20; ++n) {
        const int before = writes.count();
        rare.write([n](Session& session) {
            session.execute_text("INSERT INTO t (n) VALUES (:n)", {{"n", n}});
        });
        EXPECT_LE(writes.count() - before, 50) << "it had to wait for too many of the other's turns";
    }
    is_stopping = true;
    busy.join();
}

}  // namespace
}  // namespace jobhost::storage
