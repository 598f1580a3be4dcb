#include "storage/soci/opened_database.hpp"
#include "storage/storage_error.hpp"
#include "tests/support/postgres_cluster.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace jobhost::storage {
namespace {

struct PooledDatabaseTest : testing::Test {
    test::PostgresCluster& cluster = test::shared_postgres();
    OpenedDatabase opened = open_database({.url = cluster.url(cluster.create_database())}, nullptr);
    Database& database = *opened.database;

    void SetUp() override {
        database.write([](Session& session) {
            session.execute("schema_create");
            session.execute_text("CREATE TABLE thing (id bigint PRIMARY KEY)");
        });
    }
};

TEST_F(PooledDatabaseTest, WhoInsertsARowAtTheSameMomentLooksAgain) {
    int looks = 0;
    database.write([&](Session& session) {
        ++looks;
        if (!session.rows_of_text<long long>("SELECT id FROM thing WHERE id = 1").empty()) return;
        // Another program is quicker.
        database.write([](Session& other) { other.execute_text("INSERT INTO thing (id) VALUES (1)"); });
        session.execute_text("INSERT INTO thing (id) VALUES (1)");
    });
    EXPECT_EQ(looks, 2);
}

TEST_F(PooledDatabaseTest, AGlanceBeginsNoTransaction) {
    // A clock that stands still within a transaction.
    const auto time = [](Session& session) {
        return std::get<0>(
            session.rows_of_text<std::string>("SELECT CAST(transaction_timestamp() AS text)").at(0));
    };
    database.read([&](Session& session) { EXPECT_EQ(time(session), time(session)); });
    database.glance([&](Session& session) { EXPECT_NE(time(session), time(session)); });
}

TEST_F(PooledDatabaseTest, ARowThatBreaksARuleByItselfIsNotTriedForEver) {
    int tries = 0;
    const auto insert = [&](Session& session) {
        ++tries;
        session.execute_text("INSERT INTO thing (id) VALUES (7), (7)");
    };
    EXPECT_THROW(database.write(insert), StorageError);
    EXPECT_EQ(tries, 3);
}

// Prepares a statement that its connection keeps.
void use_kept_statement(Session& session) {
    session.rows<std::string, long long>("setting_list");
}

TEST_F(PooledDatabaseTest, ConnectionsOfAServerThatIsSilentAreDroppedWithoutWaitingForIt) {
    test::PostgresCluster silent;
    OpenedDatabase impatient =
        open_database({.url = silent.url(), .timeout = std::chrono::seconds{2}}, nullptr);
    Database& pool = *impatient.database;
    pool.write([](Session& session) {
        session.execute("schema_create");
        session.execute_text("CREATE TABLE setting (name text, value bigint)");
    });
    pool.read([&](Session& session) {  // so that two lie idle
        use_kept_statement(session);
        pool.read(use_kept_statement);
    });
    silent.pause();
    // Whoever waits for it is let go by this, and tells by the time that it took.
    std::jthread rescue{[&](const std::stop_token& stop) {
        std::mutex mutex;
        std::condition_variable_any is_over;
        std::unique_lock lock{mutex};
        is_over.wait_for(lock, stop, std::chrono::seconds{20}, [] { return false; });
        silent.resume();
    }};
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_THROW(pool.read(use_kept_statement), StorageError);
    impatient.database.reset();
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds{15});
}

// Locks that others hold, for instance, must not hold up a beat for as long as everything else may wait.
TEST_F(PooledDatabaseTest, WhoIsImpatientIsToldInTimeOverOdbcToo) {
    OpenedDatabase odbc = open_database({.url = "odbc:" + cluster.odbc(cluster.create_database())}, nullptr);
    odbc.database->read([](Session&) {});  // so that a connection is there
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_THROW(
        odbc.database->write_within(
            std::chrono::seconds{1},
            [](Session& session) { session.rows_of_text<std::string>("SELECT CAST(pg_sleep(20) AS text)"); }),
        StorageError);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds{10});
}

}  // namespace
}  // namespace jobhost::storage
