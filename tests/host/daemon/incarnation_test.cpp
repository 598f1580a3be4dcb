// One life of a host after another, with a real database and real workers.
#include "host/daemon/incarnation.hpp"

#include "host/daemon/worker_options.hpp"
#include "tests/host/sync/manual_boot_clock.hpp"
#include "tests/support/temporary_storage.hpp"

#include <gtest/gtest.h>

namespace jobhost::host {
namespace {

using namespace std::chrono_literals;

// Long enough for a worker to start and a job to begin.
constexpr BootTime kFenceIsClose = 3s;

struct IncarnationTest : testing::Test {
    test::TemporaryStorage db;
    // Fences are real, so that it must not be behind.
    test::ManualBootClock boot_clock{worker::boot_time_now()};
    boost::asio::io_context io{1};
    config::Configuration configuration;
    std::optional<Catalog> catalog;
    std::optional<Incarnation> incarnation;
    const SourceFolders no_files;
    int declared_dead = 0;

    void SetUp() override {
        std::filesystem::create_directory(db.folder / "plugins");
        std::filesystem::copy_file(std::filesystem::path{JOBHOST_TEST_PLUGINS} / "jobs.so",
                                   db.folder / "plugins/jobs.so");
        configuration.folder = db.folder.path();
        configuration.settings.server.name = "under-test";
        configuration.settings.server.state_folder = db.folder / "state";
        configuration.settings.plugins.folder = db.folder / "plugins";
        catalog = Catalog::scan(configuration.settings.plugins.folder, {}, worker_options(configuration));
        ASSERT_EQ(catalog->plugins().size(), 1u);
        enter();
    }
    void enter() {
        incarnation.emplace(io, configuration, *db.storage, db.clock, boot_clock, *catalog, no_files, [this] {
            ++declared_dead;
            incarnation.reset();
        });
    }
    bool wait_until(const std::function<bool()>& holds) {
        const auto deadline = std::chrono::steady_clock::now() + 20s;
        io.restart();
        while (!holds() && std::chrono::steady_clock::now() < deadline)
            io.run_one_for(10ms);
        return holds();
    }
    JobId enqueue(const std::string& type) {
        NewJob job;
        job.id = db->jobs().reserve_ids(1);
        job.type = "jobs." + type;
        job.policy.timeout = std::chrono::hours{1};  // that of the type is short
        db->jobs().insert({&job, 1});
        incarnation->wake();
        return job.id;
    }
    std::size_t lines_of_log(JobId job) {
        storage::LogPosition beginning;
        return db->queries().log(job, beginning).size();
    }
    Job job(JobId id) { return db->queries().find(id).value(); }
    storage::ServerInfo live_server() {
        for (const storage::ServerInfo& server : db->servers().list())
            if (server.state == storage::ServerState::live) return server;
        throw std::out_of_range{"no server is live"};
    }
};

TEST_F(IncarnationTest, OneThatIsDeclaredDeadDropsItsRunsAndTheNextOneBeginsAnew) {
    const JobId id = enqueue("say_and_spin");
    ASSERT_TRUE(wait_until([&] { return lines_of_log(id) == 1; })) << "its code runs";
    const storage::ServerInfo first = live_server();

    // The second time if it has just beaten.
    ASSERT_TRUE(db->servers().declare_dead(first.id, live_server().beat) ||
                db->servers().declare_dead(first.id, live_server().beat));
    enqueue("succeed");  // it learns of it by the next claim, or else by the next beat
    ASSERT_TRUE(wait_until([&] { return declared_dead == 1; }));

    EXPECT_FALSE(incarnation);
    EXPECT_EQ(name_of(job(id).state), StateName::processing) << "nothing is settled any more";
    EXPECT_EQ(db->servers().recover(first.id, 10), 1u);
    enter();
    EXPECT_NE(live_server().id, first.id);
    EXPECT_NE(live_server().incarnation, first.incarnation);
    ASSERT_TRUE(wait_until([&] { return lines_of_log(id) == 2; })) << "it runs again";
    EXPECT_EQ(job(id).recoveries, 1);
    EXPECT_EQ(job(id).crashes, 0);
    const auto locks = std::filesystem::directory_iterator{lock_folder(db.folder / "state")};
    EXPECT_EQ(std::distance(locks, {}), 1) << "the old lock proves nothing any more";
}

TEST_F(IncarnationTest, ABeatMovesTheFencesOfRunningWorkers) {
    incarnation.reset();
    // The lease is an old one already, and its fences are close.
    boot_clock.advance(kFenceIsClose - kServerLease);
    enter();
    const BootTime fence = boot_clock.now() + kServerLease;
    const JobId id = enqueue("say_and_spin");
    ASSERT_TRUE(wait_until([&] { return lines_of_log(id) == 1; })) << "its code runs";

    // Half of the lease is gone, so the next exchange begins with a beat.
    boot_clock.advance(kServerLease * 6 / 10);
    incarnation->wake();

    ASSERT_TRUE(wait_until([&] { return worker::boot_time_now() > fence + 300ms; }));
    EXPECT_EQ(name_of(job(id).state), StateName::processing);
    EXPECT_EQ(lines_of_log(id), 1u) << "it still runs, and not again";
    EXPECT_TRUE(db->queries().events(id).empty());
}

TEST_F(IncarnationTest, OneThatLeavesInOrderHoldsNothing) {
    const JobId id = enqueue("succeed");
    ASSERT_TRUE(wait_until([&] { return name_of(job(id).state) == StateName::succeeded; }));

    incarnation->drain();
    ASSERT_TRUE(wait_until([&] { return incarnation->is_drained() && incarnation->dismiss(); }));
    incarnation->leave();

    EXPECT_EQ(db->servers().list().at(0).state, storage::ServerState::stopped);
    EXPECT_EQ(declared_dead, 0);
}

}  // namespace
}  // namespace jobhost::host
