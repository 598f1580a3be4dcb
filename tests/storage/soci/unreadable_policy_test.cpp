#include "storage/soci/sqlite_database.hpp"
#include "storage/storage.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

// What a newer program has written holds up its own jobs only.
struct UnreadablePolicyTest : testing::Test {
    test::TemporaryFolder folder;
    test::ManualClock clock;
    const std::filesystem::path file = folder / "test.db";
    std::unique_ptr<Storage> storage = opened();
    ServerId server = storage->servers().enter({.incarnation = "one", .name = "one"},
                                               std::vector<ServedType>{{.type = "test.job"}});

    std::unique_ptr<Storage> opened() { return open_storage({.url = "sqlite:" + file.string()}, &clock); }
    NewJob job(Duration timeout = 7s) {
        NewJob made;
        made.id = storage->jobs().reserve_ids(1);
        made.type = "test.job";
        made.policy.timeout = timeout;
        return made;
    }
    void make_unreadable(Duration timeout) {
        SqliteDatabase{file, 5s, clock}.write([&](Session& session) {
            session.execute_text(
                "UPDATE policy SET body = replace(body, '\"retry\"', '\"newer\"') WHERE body LIKE '%" +
                std::to_string(timeout.count()) + "%'");
        });
        storage = opened();  // what was cached is forgotten
    }
    std::vector<ClaimedJob> claim() {
        return storage->jobs().exchange(server, {}, {{{storage->jobs().lanes().at(0).id, 0}}, 10}).claimed;
    }
    Job find(JobId id) { return storage->queries().find(id).value(); }
};

TEST_F(UnreadablePolicyTest, PutsOnlyItsJobsOff) {
    storage->limits().set(std::vector<Limit>{{.name = "m"}});
    NewJob newer = job(7s);
    newer.limits = {{"m", ""}};
    NewJob plain = job(8s);
    plain.limits = {{"m", ""}};
    storage->jobs().insert(std::vector{newer, plain});
    make_unreadable(7s);

    const auto runs = claim();
    ASSERT_EQ(runs.size(), 1u);
    EXPECT_EQ(runs[0].id, plain.id);
    const Job found = find(newer.id);
    const auto* state = std::get_if<Scheduled>(&found.state);
    ASSERT_NE(state, nullptr);
    EXPECT_EQ(state->reason, Reason::unreadable);
    EXPECT_EQ(state->due_at, clock.now() + 1min);
    EXPECT_EQ(found.attempt, 0);
    EXPECT_EQ(storage->queries().count({}, {})[static_cast<std::size_t>(StateName::scheduled)], 1);
    EXPECT_FALSE(storage->upkeep().recount());
}

TEST_F(UnreadablePolicyTest, IsToldInLists) {
    const std::vector made{job(7s), job(8s)};
    storage->jobs().insert(made);
    make_unreadable(7s);
    const auto page = storage->queries().list({}, 10, "");
    ASSERT_EQ(page.jobs.size(), 2u);
    EXPECT_NE(find(made[0].id).unreadable.find("policy"), std::string::npos) << find(made[0].id).unreadable;
    EXPECT_EQ(find(made[1].id).unreadable, "");
    EXPECT_EQ(find(made[1].id).policy.timeout, 8s);
}

TEST_F(UnreadablePolicyTest, KeepsItsJobsFromBeingPurged) {
    const std::vector made{job(7s), job(8s)};
    storage->jobs().insert(made);
    for (const ClaimedJob& run : claim()) {
        const Settlement end{.job = run.id,
                             .lease = run.lease,
                             .target = Succeeded{.finished_at = clock.now()},
                             .started_at = clock.now()};
        storage->jobs().exchange(server, {&end, 1}, {});
    }
    make_unreadable(7s);
    clock.advance(std::chrono::days{400});
    for (PurgePosition position; !storage->upkeep().purge(position, 10).is_done;) {
    }
    storage->upkeep().purge_by_count(10);
    EXPECT_TRUE(storage->queries().find(made[0].id));
    EXPECT_FALSE(storage->queries().find(made[1].id));
}

}  // namespace
}  // namespace jobhost::storage
