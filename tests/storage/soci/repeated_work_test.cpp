#include "storage/soci/migrator.hpp"
#include "storage/soci/soci_job_store.hpp"
#include "storage/soci/soci_server_store.hpp"
#include "storage/soci/sqlite_database.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

// A database that undoes the first run of each work, as after a deadlock, and lets others in before the next.
class UndoingDatabase final : public Database {
public:
    explicit UndoingDatabase(Database& database) : database_{database} {}

    std::string meanwhile;  // what another program does between the runs

    void write_within(Duration patience, const Work& work) override {
        EXPECT_THROW(database_.write([&](Session& session) {
            work(session);
            throw StorageError{StorageError::Kind::busy, "a deadlock"};
        }),
                     StorageError);
        database_.write([&](Session& session) { session.execute_text(meanwhile); });
        database_.write_within(patience, work);
    }
    void read(const Work& work) override { database_.read(work); }
    const StatementCatalog& catalog() const noexcept override { return database_.catalog(); }

private:
    Database& database_;
};

struct RepeatedWork : testing::Test {
    const test::TemporaryFolder folder;
    const test::ManualClock clock;
    SqliteDatabase database{folder / "test.db", 5s, clock};
    UndoingDatabase undoing{database};
    Changes changes{database};
    Changes undone{undoing};
    SociServerStore servers{undone};
    ServerId server;

    void SetUp() override {
        migrate(database);
        server = SociServerStore{changes}.enter({.incarnation = "first", .name = "first"}, {});
    }
};

TEST_F(RepeatedWork, AServerThatIsGoneWhenItCountsWasNotDeclaredDead) {
    undoing.meanwhile = "DELETE FROM server";
    EXPECT_EQ(servers.declare_dead("first"), std::nullopt);
}

TEST_F(RepeatedWork, JobsThatWereNotRecoveredAreNotCounted) {
    SociJobStore jobs{changes};
    NewJob job;
    job.id = jobs.reserve_ids(1);
    job.type = "test.job";
    jobs.insert({&job, 1});
    ASSERT_EQ(jobs.exchange(server, {}, {{{jobs.lanes().at(0).id, 0}}, 1}).claimed.size(), 1u);
    SociServerStore{changes}.declare_dead("first");
    undoing.meanwhile = "UPDATE server SET state = 1";
    EXPECT_EQ(servers.recover(server, 10), 0u);
}

}  // namespace
}  // namespace jobhost::storage
