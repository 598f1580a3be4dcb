#include "tests/support/postgres_cluster.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <libpq-fe.h>
#include <memory>
#include <sql.h>
#include <sqlext.h>
#include <thread>
#include <unistd.h>

namespace jobhost::test {
namespace {

using namespace std::chrono_literals;

// The only value of the only row, or the error.
std::string ask(const std::string& url, const char* statement) {
    const std::unique_ptr<PGconn, decltype(&PQfinish)> connection{PQconnectdb(url.c_str()), &PQfinish};
    const std::unique_ptr<PGresult, decltype(&PQclear)> result{PQexec(connection.get(), statement), &PQclear};
    if (PQresultStatus(result.get()) == PGRES_TUPLES_OK) return PQgetvalue(result.get(), 0, 0);
    return PQerrorMessage(connection.get());
}

void run(const std::string& url, const char* statement) {
    EXPECT_EQ(ask(url, statement), "");
}

TEST(PostgresClusterTest, EachDatabaseIsFreshAndSortsByLanguage) {
    const std::string first = shared_postgres().url(shared_postgres().create_database());
    const std::string second = shared_postgres().url(shared_postgres().create_database());
    run(first, "CREATE TABLE t (n integer)");
    EXPECT_EQ(ask(first, "SELECT count(*) FROM t"), "0");
    EXPECT_THAT(ask(second, "SELECT count(*) FROM t"), testing::HasSubstr("does not exist"));
    EXPECT_EQ(ask(second, "SELECT 'a' < 'B'"), "t");
    EXPECT_EQ(ask(second, "SHOW server_encoding"), "UTF8");
}

TEST(PostgresClusterTest, OdbcReachesIt) {
    const std::string name = shared_postgres().create_database();
    std::string text = shared_postgres().odbc(name);
    SQLHENV environment = nullptr;
    SQLHDBC connection = nullptr;
    SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &environment);
    SQLSetEnvAttr(environment, SQL_ATTR_ODBC_VERSION, reinterpret_cast<SQLPOINTER>(SQL_OV_ODBC3), 0);
    SQLAllocHandle(SQL_HANDLE_DBC, environment, &connection);
    ASSERT_TRUE(SQL_SUCCEEDED(SQLDriverConnect(connection, nullptr, reinterpret_cast<SQLCHAR*>(text.data()),
                                               SQL_NTS, nullptr, 0, nullptr, SQL_DRIVER_NOPROMPT)));
    SQLCHAR found[64] = {};
    SQLGetInfo(connection, SQL_DATABASE_NAME, found, sizeof found, nullptr);
    EXPECT_EQ(reinterpret_cast<const char*>(found), name);
    SQLDisconnect(connection);
    SQLFreeHandle(SQL_HANDLE_DBC, connection);
    SQLFreeHandle(SQL_HANDLE_ENV, environment);
}

TEST(PostgresClusterTest, WhatWasCommittedIsThereAfterAKill) {
    PostgresCluster cluster{{"max_connections=17"}};
    EXPECT_EQ(ask(cluster.url(), "SHOW max_connections"), "17");
    const std::string url = cluster.url(cluster.create_database());
    run(url, "CREATE TABLE t AS SELECT 7 AS n");
    cluster.kill();
    EXPECT_EQ(PQping(url.c_str()), PQPING_NO_RESPONSE);
    cluster.start();
    EXPECT_EQ(ask(url, "SELECT n FROM t"), "7");
    cluster.stop();
    EXPECT_EQ(PQping(url.c_str()), PQPING_NO_RESPONSE);
    cluster.start();
    EXPECT_EQ(ask(url, "SELECT n FROM t"), "7");
}

TEST(PostgresClusterTest, APausedOneAnswersOnlyWhenResumed) {
    const std::unique_ptr<PGconn, decltype(&PQfinish)> connection{
        PQconnectdb(shared_postgres().url().c_str()), &PQfinish};
    shared_postgres().pause();
    ASSERT_EQ(PQsendQuery(connection.get(), "SELECT 1"), 1);
    EXPECT_EQ(PQconsumeInput(connection.get()), 1);
    EXPECT_EQ(PQisBusy(connection.get()), 1);
    shared_postgres().resume();
    const std::unique_ptr<PGresult, decltype(&PQclear)> result{PQgetResult(connection.get()), &PQclear};
    EXPECT_EQ(PQresultStatus(result.get()), PGRES_TUPLES_OK);
}

TEST(PostgresClusterTest, AWrongSettingIsToldInPostgresqlsWords) {
    try {
        PostgresCluster{{"no_such_setting=1"}};
        FAIL() << "it started";
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(), testing::HasSubstr("unrecognized configuration parameter"));
    }
}

TEST(PostgresClusterTest, ItEndsAndItsFolderGoesWhenTheTestProgramIsKilled) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        const PostgresCluster cluster;
        const std::string folder = cluster.url().substr(cluster.url().find('=') + 1);
        if (::write(ends[1], folder.data(), folder.find('&')) < 0) ::_exit(1);
        ::raise(SIGKILL);
    }
    ::close(ends[1]);
    std::string folder(200, '\0');
    const ssize_t size = ::read(ends[0], folder.data(), folder.size());
    ::close(ends[0]);
    ::waitpid(child, nullptr, 0);
    ASSERT_GT(size, 0);
    folder.resize(static_cast<std::size_t>(size));

    const auto deadline = std::chrono::steady_clock::now() + 20s;
    for (auto pause = 1ms; std::filesystem::exists(folder); pause *= 2) {
        ASSERT_LT(std::chrono::steady_clock::now(), deadline) << folder << " is still there";
        std::this_thread::sleep_for(pause);
    }
}

}  // namespace
}  // namespace jobhost::test
