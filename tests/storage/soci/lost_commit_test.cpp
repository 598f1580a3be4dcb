// Commits that happen while their answers do not arrive.
#include "storage/soci/migrator.hpp"
#include "storage/soci/pooled_database.hpp"
#include "storage/soci/postgres_connection.hpp"
#include "storage/soci/soci_job_store.hpp"
#include "storage/soci/soci_operation_store.hpp"
#include "storage/soci/soci_workflow_store.hpp"
#include "tests/support/postgres_cluster.hpp"

#include <gtest/gtest.h>

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

enum class Fate { arrives, answer_is_lost, never_happens };

StorageError lost() {
    return {StorageError::Kind::unavailable, "the connection was lost"};
}

// Loses what it is told to lose, and the connection with it.
class LossyConnection final : public ServerConnection {
public:
    LossyConnection(const PostgresOptions& options, const StatementCatalog& catalog, Fate& next)
        : connection_{options, catalog}, next_{next} {}

    Session& session() noexcept override { return connection_.session(); }
    void set_deadline(Deadline deadline) noexcept override { connection_.set_deadline(deadline); }
    void begin(Access access) override { connection_.begin(access); }
    void rollback() override { connection_.rollback(); }
    int socket() noexcept override { return connection_.socket(); }
    void commit() override {
        const Fate fate = std::exchange(next_, Fate::arrives);
        if (fate == Fate::never_happens) throw lost();
        connection_.commit();
        if (fate == Fate::answer_is_lost) throw lost();
    }

private:
    PostgresConnection connection_;
    Fate& next_;
};

struct LostCommitTest : testing::Test {
    const std::string url = test::shared_postgres().url(test::shared_postgres().create_database());
    Fate next = Fate::arrives;
    int refusals = 0;  // of the next attempts to connect
    PooledDatabase database{
        StatementCatalog{"postgres", {.schema = "jobhost", .timeout = 10s}},
        [this](const StatementCatalog& catalog) {
            if (next == Fate::arrives && refusals > 0 && refusals-- > 0) throw lost();
            return std::make_unique<LossyConnection>(PostgresOptions{url, 10s}, catalog, next);
        },
        10s};
    Changes changes{database};
    SociJobStore store{changes};

    LostCommitTest() { migrate(database); }

    std::vector<NewJob> new_jobs(int count) {
        const JobId first = store.reserve_ids(static_cast<std::size_t>(count));
        std::vector<NewJob> jobs(static_cast<std::size_t>(count));
        for (int i = 0; i < count; ++i) {
            jobs[static_cast<std::size_t>(i)].id = JobId{first.value + i};
            jobs[static_cast<std::size_t>(i)].type = "mail.send";
        }
        return jobs;
    }
    // Until so many are left that the next ones need no transaction.
    void reserve_some_ids() {
        for (int i = 0; i < 20; ++i)
            store.reserve_ids(1);
    }
    long long number(const std::string& query) {
        long long found = 0;
        database.read(
            [&](Session& session) { found = std::get<0>(session.rows_of_text<long long>(query).at(0)); });
        return found;
    }
    void expect_jobs(long long count) {
        EXPECT_EQ(number("SELECT COUNT(*) FROM job"), count);
        EXPECT_EQ(number("SELECT CAST(COALESCE(SUM(count), 0) AS bigint) FROM job_counter"), count);
    }
};

TEST_F(LostCommitTest, JobsAreInsertedOnceWhetherTheCommitHappenedOrNot) {
    for (const Fate fate : {Fate::answer_is_lost, Fate::never_happens}) {
        const auto jobs = new_jobs(3);
        next = fate;
        store.insert(jobs);
        EXPECT_EQ(next, Fate::arrives);
    }
    expect_jobs(6);
}

TEST_F(LostCommitTest, AServerThatStartsAgainMeanwhileIsWaitedFor) {
    const auto jobs = new_jobs(2);
    next = Fate::answer_is_lost;
    refusals = 3;
    store.insert(jobs);
    EXPECT_EQ(refusals, 0);
    expect_jobs(2);
}

TEST_F(LostCommitTest, IdsAreReservedAnew) {
    next = Fate::answer_is_lost;
    const JobId first = store.reserve_ids(10);
    EXPECT_GE(store.reserve_ids(1).value, first.value + 10);
}

TEST_F(LostCommitTest, AJobIsRunAgainOnce) {
    SociOperationStore operations{changes};
    const auto jobs = new_jobs(1);
    store.insert(jobs);
    reserve_some_ids();
    for (const Fate fate : {Fate::answer_is_lost, Fate::never_happens}) {
        next = fate;
        operations.run_again(jobs[0].id, {}, "somebody");
        EXPECT_EQ(next, Fate::arrives);
    }
    expect_jobs(3);
    EXPECT_EQ(number("SELECT COUNT(*) FROM job_event"), 2);
    EXPECT_EQ(operations.commands(10).size(), 2u);
}

TEST_F(LostCommitTest, ABatchIsCancelledOnce) {
    SociOperationStore operations{changes};
    SociWorkflowStore workflows{changes};
    reserve_some_ids();
    for (const Fate fate : {Fate::answer_is_lost, Fate::never_happens}) {
        const NewBatch batch{.id = BatchId{store.reserve_ids(1).value}};
        auto jobs = new_jobs(1);
        jobs[0].batch = batch.id;
        workflows.submit({&batch, 1}, jobs);
        next = fate;
        EXPECT_TRUE(workflows.cancel(batch.id, "somebody"));
        EXPECT_EQ(next, Fate::arrives);
        EXPECT_TRUE(workflows.find(batch.id)->cancel_requested_at.has_value());
    }
    EXPECT_EQ(operations.commands(10).size(), 2u);
}

TEST_F(LostCommitTest, WhatMayNotBeDoneTwiceIsNotRepeated) {
    int times = 0;
    next = Fate::answer_is_lost;
    EXPECT_THROW(database.write([&](Session&) { ++times; }), StorageError);
    EXPECT_EQ(times, 1);
}

}  // namespace
}  // namespace jobhost::storage
