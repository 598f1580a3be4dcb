#include "storage/soci/migrator.hpp"
#include "storage/soci/soci_job_store.hpp"
#include "storage/soci/soci_limit_store.hpp"
#include "storage/soci/soci_server_store.hpp"
#include "storage/soci/soci_upkeep_store.hpp"
#include "storage/soci/sqlite_database.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

// Each key that was ever used would leave a row.
class IdleLimits : public testing::Test {
protected:
    IdleLimits() {
        migrate(database_);
        server_ = SociServerStore{changes_}.enter({.incarnation = "first", .name = "first"}, {});
        SociLimitStore{changes_}.set(std::vector<Limit>{
            {.name = "slots"},
            {.name = "rate", .kind = LimitKind::sliding_window, .capacity = 2, .window = 1min}});
    }
    ClaimedJob run(const LimitUse& use) {
        NewJob job;
        job.id = jobs_.reserve_ids(1);
        job.type = "test.job";
        job.limits = {use};
        jobs_.insert({&job, 1});
        return jobs_.exchange(server_, {}, {{{jobs_.lanes().at(0).id, 0}}, 1}).claimed.at(0);
    }
    void succeed(const ClaimedJob& run) {
        const Settlement end{.job = run.id,
                             .lease = run.lease,
                             .target = Succeeded{.finished_at = clock_.now()},
                             .started_at = clock_.now()};
        jobs_.exchange(server_, {&end, 1}, {});
    }
    // After a purge to its end.
    long long rows_of(const std::string& table) {
        SociUpkeepStore upkeep{changes_};
        PurgePosition position;
        while (!upkeep.purge(position, 2).is_done) {
        }
        long long count = 0;
        database_.read([&](Session& session) {
            count = std::get<0>(session.rows_of_text<long long>("SELECT COUNT(*) FROM " + table).at(0));
        });
        return count;
    }

    test::TemporaryFolder folder_;
    test::ManualClock clock_;
    SqliteDatabase database_{folder_ / "test.db", 5s, clock_};
    Changes changes_{database_};
    SociJobStore jobs_{changes_};
    ServerId server_;
};

TEST_F(IdleLimits, KeysGoWhenTheirSlotsAreFree) {
    std::vector<ClaimedJob> runs;
    for (int i = 0; i < 5; ++i)
        runs.push_back(run({"slots", std::to_string(i)}));
    EXPECT_EQ(rows_of("limit_state"), 5);
    for (const ClaimedJob& each : runs)
        succeed(each);
    EXPECT_EQ(rows_of("limit_state"), 0);
    succeed(run({"slots", "0"}));
}

TEST_F(IdleLimits, RatesGoWithTheirInstantsAfterTheirWindow) {
    succeed(run({"rate", "a"}));
    clock_.advance(59s);
    EXPECT_EQ(rows_of("limit_state"), 1);
    clock_.advance(1s);
    EXPECT_EQ(rows_of("limit_state"), 0);
    EXPECT_EQ(rows_of("limit_instant"), 0);
}

}  // namespace
}  // namespace jobhost::storage
