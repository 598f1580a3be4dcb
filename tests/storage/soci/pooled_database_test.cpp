#include "storage/soci/opened_database.hpp"
#include "storage/storage_error.hpp"
#include "tests/support/postgres_cluster.hpp"

#include <gtest/gtest.h>

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

TEST_F(PooledDatabaseTest, ARowThatBreaksARuleByItselfIsNotTriedForEver) {
    int tries = 0;
    const auto insert = [&](Session& session) {
        ++tries;
        session.execute_text("INSERT INTO thing (id) VALUES (7), (7)");
    };
    EXPECT_THROW(database.write(insert), StorageError);
    EXPECT_EQ(tries, 3);
}

}  // namespace
}  // namespace jobhost::storage
