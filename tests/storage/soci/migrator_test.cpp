#include "storage/schema.hpp"
#include "storage/soci/migration_script.hpp"
#include "storage/soci/opened_database.hpp"
#include "storage/storage_error.hpp"
#include "tests/support/postgres_cluster.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// PostgreSQL, where users differ in their rights.
struct MigratorTest : testing::Test {
    test::PostgresCluster& cluster = test::shared_postgres();
    const std::string name = cluster.create_database();

    StorageOptions as(const std::string& user) const {
        std::string url = cluster.url(name);
        url.replace(url.find("user=postgres"), std::string::npos, "user=" + user);
        return {.url = url};
    }
    void run(const StorageOptions& options, const std::vector<std::string>& statements) const {
        open_database(options, nullptr).database->write([&](Session& session) {
            for (const std::string& statement : statements)
                session.execute_text(statement);
        });
    }
    void by_administrator(const std::vector<std::string>& statements) const {
        run(as("postgres"), statements);
    }
    static std::string refusal(const StorageOptions& options) {
        try {
            open_storage(options);
        } catch (const StorageError& error) {
            return error.what();
        }
        return "none";
    }
};

TEST_F(MigratorTest, WhoOwnsTheSchemaNeedsNoRightToMakeOne) {
    by_administrator({"CREATE ROLE lord LOGIN", "CREATE SCHEMA jobhost AUTHORIZATION lord"});
    EXPECT_FALSE(migrate_schema(as("lord")).empty());
    EXPECT_TRUE(schema_status(as("lord")).is_current);
}

TEST_F(MigratorTest, TheSqlForTheOwnerMakesNoSchemaThatIsThere) {
    EXPECT_THAT(pending_migrations_sql(as("postgres")), HasSubstr("CREATE SCHEMA IF NOT EXISTS \"jobhost\""));
    by_administrator({"CREATE ROLE owner LOGIN", "CREATE SCHEMA jobhost AUTHORIZATION owner"});
    const std::string sql = pending_migrations_sql(as("owner"));
    EXPECT_THAT(sql,
                AllOf(Not(HasSubstr("CREATE SCHEMA")), HasSubstr("SET LOCAL search_path = \"jobhost\"")));
}

TEST_F(MigratorTest, WhoOnlyRunsJobsIsToldWhatIsPendingAndWhoAppliesIt) {
    open_storage(as("postgres"));
    by_administrator({"CREATE ROLE worker LOGIN", "GRANT USAGE ON SCHEMA jobhost TO worker",
                      "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA jobhost TO worker"});
    EXPECT_EQ(refusal(as("worker")), "none");
    by_administrator({"DELETE FROM schema_migration WHERE number = 2"});
    EXPECT_THAT(refusal(as("worker")),
                AllOf(HasSubstr("0002_"), Not(HasSubstr("0001_")), HasSubstr("42501"),
                      HasSubstr("run 'jobhost storage migrate' as the owner of the schema"),
                      Not(HasSubstr("grant it"))));
}

TEST(MigrationScriptTest, OnSqlServerTheFirstLineSaysWhichSchemaItIsFor) {
    const StatementCatalog catalog{"mssql", {.schema = "jobhost", .timeout = 30s}};
    const std::string sql = text_of({.schema = "sales", .pending = migrations_of("mssql")}, catalog);
    EXPECT_THAT(sql, StartsWith("-- Run this as a user whose default schema is sales, "));
    EXPECT_THAT(sql, HasSubstr("\n-- 0001_jobs\n"));
}

}  // namespace
}  // namespace jobhost::storage
