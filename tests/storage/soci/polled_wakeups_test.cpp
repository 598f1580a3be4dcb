#include "storage/soci/polled_wakeups.hpp"

#include "storage/soci/opened_database.hpp"
#include "tests/support/postgres_cluster.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <poll.h>

namespace jobhost::storage {
namespace {

// Counts the transactions.
class CountedDatabase final : public Database {
public:
    explicit CountedDatabase(Database& database) : database_{database} {}

    void write_within(Duration patience, const Work& work) override {
        ++transactions;
        database_.write_within(patience, work);
    }
    void read(const Work& work) override {
        ++transactions;
        database_.read(work);
    }
    void glance(const Work& work) override { database_.glance(work); }
    const StatementCatalog& catalog() const noexcept override { return database_.catalog(); }

    std::atomic<int> transactions = 0;

private:
    Database& database_;
};

TEST(PolledWakeupsTest, ALookIsNoTransaction) {
    test::PostgresCluster& cluster = test::shared_postgres();
    const OpenedDatabase opened =
        open_database({.url = "odbc:" + cluster.odbc(cluster.create_database())}, nullptr);
    CountedDatabase database{*opened.database};
    PolledWakeups wakeups{database};
    for (int round = 0; round < 3; ++round) {
        pollfd watched{wakeups.descriptor(), POLLIN, 0};
        ASSERT_EQ(::poll(&watched, 1, 20'000), 1);
        EXPECT_TRUE(wakeups.drain());
        opened.database->write([round](Session& session) {
            session.execute_text("CREATE TABLE public.thing_" + std::to_string(round) + " (id bigint)");
        });
    }
    EXPECT_EQ(database.transactions, 0);
}

}  // namespace
}  // namespace jobhost::storage
