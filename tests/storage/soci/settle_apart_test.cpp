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

// A database that takes no event, whatever is in it, as if one of its rules were beyond us.
TEST(SettleApart, AnOutcomeIsWrittenWithoutItsEventIfThatIsAllThatTheDatabaseTakes) {
    const test::TemporaryFolder folder;
    const test::ManualClock clock;
    SqliteDatabase database{folder / "test.db", 5s, clock};
    migrate(database);
    Changes changes{database};
    SociJobStore jobs{changes};
    const ServerId server = SociServerStore{changes}.enter({.incarnation = "first", .name = "first"}, {});
    std::vector<NewJob> made(3);
    for (NewJob& job : made) {
        job.id = jobs.reserve_ids(1);
        job.type = "test.job";
    }
    jobs.insert(made);
    std::vector<Settlement> settlements;
    for (const ClaimedJob& run : jobs.exchange(server, {}, {{{jobs.lanes().at(0).id, 0}}, 3}).claimed)
        settlements.push_back({.job = run.id,
                               .lease = run.lease,
                               .cause = Cause::failed,
                               .target = Failed{clock.now()},
                               .started_at = clock.now()});
    ASSERT_EQ(settlements.size(), 3u);
    settlements[1].event = JobEvent{.at = clock.now(), .cause = Cause::failed, .attempt = 1};
    database.write([](Session& session) {
        session.execute_text(
            "CREATE TRIGGER no_event BEFORE INSERT ON job_event BEGIN "
            "SELECT RAISE(ABORT, 'no'); END");
    });

    const Exchanged exchanged = jobs.exchange(server, settlements, {});
    EXPECT_EQ(exchanged.moved, std::vector(3, Moved::yes));
    EXPECT_EQ(exchanged.mutilated, 1u);
}

}  // namespace
}  // namespace jobhost::storage
