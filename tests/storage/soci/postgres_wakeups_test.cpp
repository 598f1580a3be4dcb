#include "storage/soci/postgres_wakeups.hpp"

#include "tests/support/postgres_cluster.hpp"

#include <gtest/gtest.h>

#include <array>
#include <libpq-fe.h>
#include <memory>
#include <poll.h>

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

bool is_readable(const Wakeups& wakeups, std::chrono::milliseconds deadline) {
    pollfd watched{wakeups.descriptor(), POLLIN, 0};
    return ::poll(&watched, 1, static_cast<int>(deadline.count())) == 1;
}

// Whether there is news within a deadline that only a failure reaches.
bool has_news(Wakeups& wakeups) {
    return is_readable(wakeups, 20s) && wakeups.drain();
}

void notify(const std::string& url, const std::string& channel) {
    const std::unique_ptr<PGconn, decltype(&PQfinish)> connection{PQconnectdb(url.c_str()), &PQfinish};
    const std::array<const char*, 1> values{channel.c_str()};
    const std::unique_ptr<PGresult, decltype(&PQclear)> result{
        PQexecParams(connection.get(), "SELECT pg_notify($1, '')", 1, nullptr, values.data(), nullptr,
                     nullptr, 0),
        &PQclear};
    ASSERT_EQ(PQresultStatus(result.get()), PGRES_TUPLES_OK) << PQerrorMessage(connection.get());
}

struct PostgresWakeupsTest : testing::Test {
    const std::string url = test::shared_postgres().url();

    ~PostgresWakeupsTest() override { test::shared_postgres().start(); }
};

TEST_F(PostgresWakeupsTest, ANotificationIsNewsOnce) {
    PostgresWakeups wakeups{url, "jobhost"};
    ASSERT_TRUE(has_news(wakeups)) << "that it listens now";
    for (int round = 0; round < 3; ++round) {
        EXPECT_FALSE(wakeups.drain());
        notify(url, "jobhost");
        EXPECT_TRUE(has_news(wakeups));
    }
}

TEST_F(PostgresWakeupsTest, WordsServeAsWellAsAUriAndSoDoesAnyChannelName) {
    const std::string folder =
        url.substr(url.find('/' + std::string{"tmp"}), url.find('&') - url.find("/tmp"));
    const std::string channel = "job\"host; DROP TABLE \xc3\xa9";
    PostgresWakeups wakeups{"host=" + folder + " user=postgres dbname=postgres", channel};
    ASSERT_TRUE(has_news(wakeups));
    notify(url, channel);
    EXPECT_TRUE(has_news(wakeups));
}

TEST_F(PostgresWakeupsTest, AnotherChannelIsNoNews) {
    PostgresWakeups mine{url, "jobhost_a"};
    PostgresWakeups other{url, "jobhost_b"};
    ASSERT_TRUE(has_news(mine));
    ASSERT_TRUE(has_news(other));
    for (int round = 0; round < 20; ++round) {
        notify(url, "jobhost_b");
        ASSERT_TRUE(has_news(other));
        EXPECT_FALSE(mine.drain());
    }
}

TEST_F(PostgresWakeupsTest, ARestartedServerIsNewsAndNotifiesAgain) {
    PostgresWakeups wakeups{url, "jobhost"};
    ASSERT_TRUE(has_news(wakeups));
    const int descriptor = wakeups.descriptor();
    for (int round = 0; round < 2; ++round) {
        test::shared_postgres().kill();
        EXPECT_FALSE(wakeups.drain());
        test::shared_postgres().start();
        ASSERT_TRUE(has_news(wakeups));
        EXPECT_FALSE(wakeups.drain());
        notify(url, "jobhost");
        EXPECT_TRUE(has_news(wakeups));
        EXPECT_EQ(wakeups.descriptor(), descriptor);
    }
}

TEST_F(PostgresWakeupsTest, WhatAServerSaysWhenItStopsIsNotPrinted) {
    PostgresWakeups wakeups{url, "jobhost"};
    ASSERT_TRUE(has_news(wakeups));
    testing::internal::CaptureStderr();
    test::shared_postgres().stop();
    test::shared_postgres().start();
    EXPECT_TRUE(has_news(wakeups)) << "that it listens again";
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST_F(PostgresWakeupsTest, AServerThatDoesNotAnswerHoldsNobodyUp) {
    PostgresWakeups before{url, "jobhost"};
    ASSERT_TRUE(has_news(before));
    test::shared_postgres().pause();
    const auto begun = Clock::now();
    {
        PostgresWakeups unfinished{url, "jobhost"};
        EXPECT_FALSE(unfinished.drain());
    }
    PostgresWakeups meanwhile{url, "jobhost"};
    EXPECT_FALSE(meanwhile.drain());
    EXPECT_FALSE(before.drain());
    EXPECT_LT(Clock::now() - begun, 2s);

    test::shared_postgres().resume();
    EXPECT_TRUE(has_news(meanwhile));
    notify(url, "jobhost");
    EXPECT_TRUE(has_news(before));
}

TEST_F(PostgresWakeupsTest, AServerThatIsNotThereYetIsFoundLater) {
    test::shared_postgres().stop();
    PostgresWakeups wakeups{url, "jobhost"};
    EXPECT_FALSE(wakeups.drain());
    test::shared_postgres().start();
    EXPECT_TRUE(has_news(wakeups));
}

TEST_F(PostgresWakeupsTest, AWrongConnectionStringIsNeverNewsAndEndsAtOnce) {
    const auto begun = Clock::now();
    {
        PostgresWakeups wakeups{"no such=thing", "jobhost"};
        EXPECT_FALSE(wakeups.drain());
    }
    EXPECT_LT(Clock::now() - begun, 2s);
}

}  // namespace
}  // namespace jobhost::storage
