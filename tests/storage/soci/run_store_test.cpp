#include "storage/soci/migrator.hpp"
#include "storage/soci/soci_job_store.hpp"
#include "storage/soci/soci_run_store.hpp"
#include "storage/soci/soci_server_store.hpp"
#include "storage/soci/sqlite_database.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

// A run that has completed all the steps that it may.
TEST(SociRunStore, AStepThatIsThereMayComeAgainWhenThereAreNoMore) {
    const test::TemporaryFolder folder;
    const test::ManualClock clock;
    SqliteDatabase database{folder / "test.db", 5s, clock};
    migrate(database);
    Changes changes{database};
    SociJobStore jobs{changes};
    SociRunStore runs{changes};
    const ServerId server = SociServerStore{changes}.enter({.incarnation = "first", .name = "first"}, {});
    NewJob job;
    job.id = jobs.reserve_ids(1);
    job.type = "test.job";
    jobs.insert({&job, 1});
    const ClaimedJob run = jobs.exchange(server, {}, {{{jobs.lanes().at(0).id, 0}}, 1}).claimed.at(0);
    const RunKey key{server, run.id, run.lease};
    database.write([&](Session& session) {
        session.execute_text(
            "WITH RECURSIVE step (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM step WHERE n < :last) "
            "INSERT INTO job_step (job, name, number, size, result, saved_at) "
            "SELECT :job, 'step ' || n, n, 1, '1', 0 FROM step",
            {{"job", run.id.value}, {"last", static_cast<long long>(kMaxSteps) - 2}});
    });

    EXPECT_TRUE(runs.save_step(key, "last", "1"));
    EXPECT_TRUE(runs.save_step(key, "last", "2")) << "its answer may have been lost";
    EXPECT_THROW(runs.save_step(key, "one more", "1"), StorageError);
    EXPECT_EQ(runs.load(run.id, 0).steps.size(), kMaxSteps);
    EXPECT_EQ(runs.load(run.id, 0).steps.back(), (std::pair<std::string, std::string>{"last", "1"}));
}

}  // namespace
}  // namespace jobhost::storage
