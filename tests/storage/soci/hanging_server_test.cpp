#include "storage/soci/opened_database.hpp"
#include "storage/storage_error.hpp"
#include "tests/support/postgres_cluster.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <string>
#include <thread>

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

// A server that is stopped, by a way that leads to it.
struct HangingServerTest : testing::TestWithParam<const char*> {
    test::PostgresCluster& cluster = test::shared_postgres();
    const bool is_odbc = std::string{GetParam()} == "odbc";
    OpenedDatabase opened =
        open_database({.url = is_odbc ? "odbc:" + cluster.odbc() : cluster.url(), .timeout = 1s}, nullptr);

    ~HangingServerTest() override { cluster.resume(); }

    void expect_an_end(const std::function<void()>& call) {
        const auto begun = std::chrono::steady_clock::now();
        EXPECT_THROW(call(), StorageError);
        EXPECT_LT(std::chrono::steady_clock::now() - begun, 10s);
    }
};

TEST_P(HangingServerTest, EveryCallEndsAndTheNextOneAfterwardsSucceeds) {
    const auto ask = [](Session& session) { session.rows_of_text<long long>("SELECT 1"); };
    opened.database->read(ask);
    cluster.pause();
    expect_an_end([&] { opened.database->read(ask); });  // on an idle connection
    expect_an_end([&] { opened.database->read(ask); });  // on a new one
    expect_an_end([&] { opened.database->glance(ask); });
    cluster.resume();
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    auto pause = 10ms;
    for (bool is_done = false; !is_done;) {
        try {
            opened.database->read(ask);
            is_done = true;
        } catch (const StorageError&) {  // others are not let try for a while
            ASSERT_LT(std::chrono::steady_clock::now(), deadline);
            std::this_thread::sleep_for(pause);
            pause *= 2;
        }
    }
}

TEST_P(HangingServerTest, ACallInTheMiddleOfATransactionEnds) {
    expect_an_end([&] {
        opened.database->write([&](Session& session) {
            cluster.pause();
            session.rows_of_text<long long>("SELECT 1");
        });
    });
}

INSTANTIATE_TEST_SUITE_P(, HangingServerTest, testing::Values("native", "odbc"),
                         [](const auto& way) { return std::string{way.param}; });

}  // namespace
}  // namespace jobhost::storage
