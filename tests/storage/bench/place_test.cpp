#include "storage/bench/place.hpp"

#include "storage/bench/odbc_place.hpp"
#include "storage/bench/postgres_session.hpp"
#include "storage/bench/sqlite_session.hpp"
#include "tests/support/postgres_cluster.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

namespace jobhost::bench {
namespace {

constexpr int kJobs = 40;

// A database of this test, and a look into what a place makes in it.
class Database {
public:
    virtual ~Database() = default;
    virtual std::string url() const = 0;
    // The first value that a query on a space of the place "bench" yields.
    virtual std::string ask(const std::string& space, const std::string& query) const = 0;
    // How many spaces there are, whoever made them.
    virtual int spaces() const = 0;
};

class SqliteFolder final : public Database {
public:
    std::string url() const override { return "sqlite:" + (folder_ / "jobs.db").string(); }
    std::string ask(const std::string& space, const std::string& query) const override {
        const SqliteSession session{folder_ / "jobs.db.bench" / (space + ".db")};
        SqliteStatement statement{session, query};
        return statement.next() ? std::string{statement.text(0)} : "";
    }
    int spaces() const override {
        int count = 0;
        for (const auto& entry : std::filesystem::recursive_directory_iterator{folder_.path()})
            count += entry.path().extension() == ".db";
        return count;
    }

private:
    test::TemporaryFolder folder_;
};

class PostgresDatabase final : public Database {
public:
    std::string url() const override { return url_; }
    std::string ask(const std::string& space, const std::string& query) const override {
        return std::string{PostgresSession{url_, "bench_" + space}.run(query).bytes(0, 0)};
    }
    int spaces() const override {
        return PostgresSession{url_, "public"}
            .run("SELECT FROM pg_namespace WHERE nspname LIKE 'bench%'")
            .size();
    }

private:
    std::string url_ = test::shared_postgres().url(test::shared_postgres().create_database());
};

class PlaceTest : public testing::TestWithParam<std::string> {
protected:
    std::unique_ptr<Place> make() const { return make_place({.url = database_->url()}, "bench"); }

    std::unique_ptr<Database> database_ = GetParam() == "sqlite"
                                              ? std::unique_ptr<Database>{std::make_unique<SqliteFolder>()}
                                              : std::make_unique<PostgresDatabase>();
};

int drain(Connection& connection, Exchange how, int batch) {
    int settled = 0;
    std::vector<Run> held;
    do {
        const auto runs = static_cast<int>(held.size());
        held = connection.exchange(how, held, batch);
        settled += runs;
    } while (!held.empty());
    return settled;
}

TEST_P(PlaceTest, BothContendersSettleEachJobOnceAndLeaveTheSameRows) {
    const auto place = make();
    for (const Contender contender : {Contender::raw, Contender::jobhost})
        for (const Exchange how : {Exchange::separate, Exchange::fused}) {
            place->make("space", 2);
            const auto connection = place->connect("space", contender, 1);
            connection->insert(1, kJobs);
            EXPECT_EQ(drain(*connection, how, 7), kJobs);
            for (const std::string lane : {"1", "2", "3", "4"})
                EXPECT_EQ(database_->ask("space",
                                         "SELECT count(*) FROM job WHERE lane = " + lane +
                                             " AND state = 4 AND reason = 0 AND lease = 1 AND attempt = 1"
                                             " AND server = 1 AND priority = 0 AND policy = 1 AND flags = 0"
                                             " AND length(arguments) = 100 AND result IS NULL"
                                             " AND order_key = enqueued_at AND created_at = enqueued_at"
                                             " AND claimed_at >= enqueued_at AND finished_at >= started_at"),
                          "10")
                    << name_of(contender) << " in lane " << lane;
        }
}

TEST_P(PlaceTest, RawTakesTheOldestFirstWhateverTheirLane) {
    const auto place = make();
    place->make("space", 1);
    const auto connection = place->connect("space", Contender::raw, 1);
    connection->insert(1, 6);
    connection->insert(7, 6);
    std::vector<std::int64_t> ids;
    for (const bench::Run& run : connection->claim(6))
        ids.push_back(run.id);
    std::sort(ids.begin(), ids.end());
    EXPECT_EQ(ids, (std::vector<std::int64_t>{1, 2, 3, 4, 5, 6}));
}

TEST_P(PlaceTest, RawSettlesOnlyItsOwnRuns) {
    const auto place = make();
    place->make("space", 2);
    const auto first = place->connect("space", Contender::raw, 1);
    first->insert(1, 2);
    const std::vector<bench::Run> runs = first->claim(2);
    ASSERT_EQ(runs.size(), 2u);
    EXPECT_EQ(place->connect("space", Contender::raw, 2)->settle(runs), 0u);
    EXPECT_EQ(first->settle(runs), 2u);
    EXPECT_EQ(first->settle(runs), 0u);
}

TEST_P(PlaceTest, BallastIsThereAndNobodyClaimsIt) {
    const auto place = make();
    const std::pair<Ballast, std::string> cases[] = {
        {Ballast::retained, "state = 4 AND lane BETWEEN 1 AND 4"},
        {Ballast::future, "state = 1 AND lane BETWEEN 1 AND 4"},
        {Ballast::unserved, "state = 2 AND lane = 5"}};
    for (const auto& [ballast, what] : cases)
        for (const Contender contender : {Contender::raw, Contender::jobhost}) {
            place->make("space", 1);
            const auto connection = place->connect("space", contender, 1);
            connection->insert(1, 8);
            place->load("space", ballast, 50);
            const std::string count = "SELECT count(*) FROM job WHERE " + what;
            EXPECT_EQ(database_->ask("space", count), "50") << name_of(ballast);
            EXPECT_EQ(drain(*connection, Exchange::fused, 100), 8) << name_of(ballast);
            EXPECT_EQ(database_->ask("space", count + " AND id > 1000"), "50") << name_of(ballast);
        }
}

TEST_P(PlaceTest, NothingIsLeftBehind) {
    {
        const auto place = make();
        place->make("one", 1);
        place->make("two", 1);
        place->make("two", 1);
        EXPECT_EQ(database_->spaces(), 2);
        place->remove();
        EXPECT_EQ(database_->spaces(), 0);
    }
    {
        const auto place = make();
        place->make("one", 1);
    }
    EXPECT_EQ(database_->spaces(), 0);
}

TEST_P(PlaceTest, WhatAnotherMadeIsNeitherUsedNorRemoved) {
    const auto first = make();
    first->make("one", 1);
    EXPECT_THROW(make()->make("one", 1), std::runtime_error);
    EXPECT_EQ(database_->spaces(), 1);
    EXPECT_EQ(database_->ask("one", "SELECT count(*) FROM server"), "1");
}

INSTANTIATE_TEST_SUITE_P(Databases, PlaceTest, testing::Values("sqlite", "postgres"),
                         [](const auto& database) { return database.param; });

TEST(OdbcPlaceTest, MeasuresTheStoresAloneAndLeavesNothingBehind) {
    const std::string database = test::shared_postgres().create_database();
    PostgresSession look{test::shared_postgres().url(database), "public"};
    const auto schemas = [&] {
        return look.run("SELECT FROM pg_namespace WHERE nspname LIKE 'bench%'").size();
    };
    const auto place = make_place({.url = "odbc:" + test::shared_postgres().odbc(database)}, "bench");
    EXPECT_FALSE(place->has_raw());
    for (int time = 0; time < 2; ++time) {
        place->make("space", 1);
        const auto connection = place->connect("space", Contender::jobhost, 1);
        connection->insert(1, kJobs);
        EXPECT_EQ(drain(*connection, Exchange::fused, 7), kJobs);
    }
    EXPECT_EQ(schemas(), 1);
    place->remove();
    EXPECT_EQ(schemas(), 0);
}

TEST(WithDatabaseTest, LeadsToThatDatabaseAlone) {
    EXPECT_EQ(with_database("DRIVER=FreeTDS;SERVER=here;DATABASE=jobs;UID=me", "bench"),
              "DRIVER=FreeTDS;SERVER=here;UID=me;Database=bench");
    EXPECT_EQ(with_database("Driver={A;B};Pwd={database=x;y};;database = jobs;", "bench"),
              "Driver={A;B};Pwd={database=x;y};Database=bench");
    EXPECT_EQ(with_database("DSN=jobs", "bench"), "DSN=jobs;Database=bench");
}

TEST(MakePlaceTest, RefusesWhatNoStorageKnows) {
    EXPECT_THROW(make_place({.url = "mysql://somewhere"}, "bench"), storage::StorageError);
    EXPECT_THROW(make_place({.url = "sqlite:/no/such/folder/jobs.db"}, "bench"), std::runtime_error);
}

}  // namespace
}  // namespace jobhost::bench
