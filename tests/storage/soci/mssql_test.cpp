#include "storage/storage.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/mssql_database.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <poll.h>
#include <thread>

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// What only a real SQL Server can show, beside the conformance suite.
struct MssqlTest : testing::Test {
    test::ManualClock clock;
    std::unique_ptr<test::MssqlDatabase> database;
    std::unique_ptr<Storage> storage;
    ServerId server;

    void SetUp() override {
        if (!test::mssql_connection()) GTEST_SKIP() << test::kNoMssql;
        database = std::make_unique<test::MssqlDatabase>();
        storage = open();
        server = storage->servers().enter({.incarnation = "first", .name = "büro"}, {});
    }

    std::unique_ptr<Storage> open(const Clock* with) const {
        return open_storage({.url = database->url()}, with);
    }
    std::unique_ptr<Storage> open() const { return open(&clock); }

    std::vector<NewJob> jobs(std::size_t count) const {
        std::vector<NewJob> made(count);
        const JobId first = storage->jobs().reserve_ids(count);
        for (std::size_t i = 0; i < count; ++i) {
            made[i].id = JobId{first.value + static_cast<std::int64_t>(i)};
            made[i].type = "test.job";
        }
        return made;
    }
    std::vector<ClaimedJob> claim(std::size_t limit) const {
        ClaimRequest request{{}, limit};
        for (const Lane& lane : storage->jobs().lanes())
            request.lanes.push_back({lane.id, 0});
        return storage->jobs().exchange(server, {}, request).claimed;
    }
    Settlement success_of(const ClaimedJob& run) const {
        return {.job = run.id,
                .lease = run.lease,
                .cause = Cause::succeeded,
                .target = Succeeded{clock.now(), clock.now(), R"({"said":"日😀"})"},
                .started_at = clock.now(),
                .log = {{run.id, run.lease, 1, R"([{"at":1,"level":"info","text":"ż😀"}])"}}};
    }
    long long count(StateName state) const {
        return storage->queries().count({}, {}).at(static_cast<std::size_t>(state));
    }
};

TEST_F(MssqlTest, TheSchemaIsMadeOnce) {
    EXPECT_NO_THROW(open());
    const auto found = database->session().rows_of_text<long long, std::string>(
        "SELECT number, name FROM schema_migration ORDER BY number");
    EXPECT_EQ(found.at(0), std::tuple(1, "0001_jobs"));
}

TEST_F(MssqlTest, ManyMayOpenAnEmptyDatabaseAtOnce) {
    storage.reset();
    database.reset();
    database = std::make_unique<test::MssqlDatabase>();
    std::atomic<int> opened = 0;
    std::vector<std::thread> openers;
    for (int i = 0; i < 4; ++i)
        openers.emplace_back([&] {
            if (open()->jobs().reserve_ids(1).value > 0) ++opened;
        });
    for (std::thread& opener : openers)
        opener.join();
    EXPECT_EQ(opened, 4);
}

TEST_F(MssqlTest, WhoCannotHaveTheMigrationLockIsTold) {
    storage.reset();
    Session& session = database->session();
    session.execute_text("DELETE FROM schema_migration");
    session.execute("transaction_begin");
    session.rows<std::string>("migration_lock");
    try {
        open_storage({.url = database->url(), .timeout = 1s}, &clock);
        FAIL();
    } catch (const StorageError& error) {
        EXPECT_THAT(error.what(), HasSubstr("another program is bringing the schema up to date"));
    }
    session.execute("transaction_rollback");
}

TEST_F(MssqlTest, AJobGoesThroughItsLife) {
    auto made = jobs(3);
    made[1].arguments = R"({"to":"日本 😀 żó"})";
    made[2].arguments = R"({"long":")" + std::string(1'000'000, 'x') + R"("})";
    made[2].priority = -3;
    storage->jobs().insert(made);
    const auto runs = claim(10);
    ASSERT_THAT(runs, SizeIs(3));
    EXPECT_EQ(runs[1].arguments, made[1].arguments);
    EXPECT_TRUE(runs[2].arguments == made[2].arguments) << "the one with the least priority comes last";
    EXPECT_EQ(count(StateName::processing), 3);

    const auto settled = storage->jobs().exchange(server, std::vector{success_of(runs[1])}, {});
    EXPECT_THAT(settled.moved, ElementsAre(Moved::yes));
    EXPECT_THAT(storage->jobs().exchange(server, std::vector{success_of(runs[1])}, {}).moved,
                ElementsAre(Moved::already));
    const Job job = storage->queries().find(made[1].id).value();
    EXPECT_EQ(std::get<Succeeded>(job.state).result, R"({"said":"日😀"})");
    EXPECT_EQ(job.server, "büro");
    LogPosition position;
    EXPECT_EQ(storage->queries().log(job.id, position).at(0).text, "ż😀");
    EXPECT_EQ(count(StateName::succeeded), 1);
    EXPECT_FALSE(storage->upkeep().recount()) << "the counters are right";
}

TEST_F(MssqlTest, AnInsertThatComesAgainChangesNothing) {
    auto made = jobs(3);
    storage->jobs().insert(std::vector{made[0]});
    clock.advance(1s);
    storage->jobs().insert(made);
    storage->jobs().insert(made);
    made.push_back(jobs(1).front());
    made.push_back(made.back());  // the same one twice in one call
    clock.advance(1s);
    storage->jobs().insert(made);
    EXPECT_EQ(count(StateName::enqueued), 4);
    EXPECT_FALSE(storage->upkeep().recount());
}

TEST_F(MssqlTest, AnInstantOfAScheduleHasOneJobAndOneWithoutAScheduleHasNoRival) {
    auto made = jobs(6);
    for (std::size_t i = 0; i < 4; ++i)
        made[i].nominal_at = clock.now();
    for (std::size_t i = 0; i < 2; ++i)
        made[i].definition = DefinitionId{7};
    storage->jobs().insert(made);
    EXPECT_EQ(count(StateName::enqueued), 5);
    auto again = jobs(1);
    again[0].definition = DefinitionId{7};
    again[0].nominal_at = clock.now();
    storage->jobs().insert(again);
    EXPECT_EQ(count(StateName::enqueued), 5);
}

TEST_F(MssqlTest, WhatIsDueIsPromoted) {
    auto made = jobs(2);
    made[0].due_at = clock.now() + 1min;
    made[1].due_at = clock.now() + 2min;
    storage->jobs().insert(made);
    EXPECT_THAT(claim(10), IsEmpty());
    clock.advance(1min);
    const Promoted promoted = storage->jobs().promote_due(10);
    EXPECT_EQ(promoted.count, 1u);
    EXPECT_EQ(promoted.next_due_at, made[1].due_at);
    EXPECT_THAT(claim(10), SizeIs(1));
}

TEST_F(MssqlTest, SeveralThatClaimAtOnceTakeEachJobOnce) {
    constexpr std::size_t kJobs = 200;
    storage->jobs().insert(jobs(kJobs));
    std::vector<std::thread> claimers;
    std::mutex mutex;
    std::set<JobId> taken;
    std::size_t claimed = 0;
    for (int i = 0; i < 4; ++i)
        claimers.emplace_back([&] {
            for (auto runs = claim(7); !runs.empty(); runs = claim(7)) {
                const std::lock_guard lock{mutex};
                claimed += runs.size();
                for (const ClaimedJob& run : runs)
                    taken.insert(run.id);
            }
        });
    for (std::thread& claimer : claimers)
        claimer.join();
    claimed += claim(kJobs).size();  // what was skipped because another one looked at it
    EXPECT_EQ(claimed, kJobs);
    EXPECT_EQ(count(StateName::processing), static_cast<long long>(kJobs));
    EXPECT_FALSE(storage->upkeep().recount());
}

TEST_F(MssqlTest, JobsOfADeadServerAreRecoveredAndWhatIsOldGoes) {
    storage->jobs().insert(jobs(2));
    const auto runs = claim(2);
    storage->jobs().exchange(server, std::vector{success_of(runs.at(0))}, {});
    ASSERT_TRUE(storage->servers().declare_dead("first"));
    EXPECT_THAT(storage->servers().stranded(10), ElementsAre(server));
    EXPECT_EQ(storage->servers().recover(server, 10), 1u);
    EXPECT_THAT(storage->queries().events(runs.at(1).id), SizeIs(1));
    EXPECT_THAT(claim(2), IsEmpty()) << "a dead server takes nothing";

    clock.advance(std::chrono::hours{24 * 365});
    PurgePosition position;
    while (!storage->upkeep().purge(position, 1).is_done) {
    }
    EXPECT_FALSE(storage->queries().find(runs.at(0).id));
    EXPECT_GT(storage->upkeep().fold_counters(), 0u);
    EXPECT_EQ(count(StateName::enqueued), 1);
    EXPECT_FALSE(storage->upkeep().recount());
}

TEST_F(MssqlTest, ListsGoOnWhereTheyStopped) {
    const auto made = jobs(5);
    storage->jobs().insert(made);
    for (const std::optional<StateName> state :
         {std::optional<StateName>{}, std::optional{StateName::enqueued}}) {
        std::size_t seen = 0;
        for (std::optional<std::string> cursor{""}; cursor;) {
            JobPage page = storage->queries().list({.state = state}, 2, *cursor);
            seen += page.jobs.size();
            cursor = std::move(page.next);
        }
        EXPECT_EQ(seen, made.size());
    }
}

TEST_F(MssqlTest, ANewJobWakesAnotherProgram) {
    const auto other = open();
    const auto wakeups = other->watch();
    storage->jobs().insert(jobs(1));
    pollfd news{wakeups->descriptor(), POLLIN, 0};
    EXPECT_EQ(::poll(&news, 1, 10'000), 1);
}

TEST_F(MssqlTest, TheClockIsTheServers) {
    const auto with_its_clock = open(nullptr);
    const ServerId id = with_its_clock->servers().enter({.incarnation = "second"}, {});
    for (const ServerInfo& info : storage->servers().list()) {
        if (info.id != id) continue;
        EXPECT_LT(std::chrono::abs(info.started_at - SystemClock{}.now()), 24h) << "microseconds since 1970";
    }
}

}  // namespace
}  // namespace jobhost::storage
