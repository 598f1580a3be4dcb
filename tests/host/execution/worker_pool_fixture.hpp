// A pool of real workers; the clock of the lease is the test's.
#pragma once

#include "host/execution/worker_pool.hpp"
#include "host/upkeep/server_lease.hpp"
#include "tests/host/sync/manual_boot_clock.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>

namespace jobhost::host {

using namespace std::chrono_literals;

struct WorkerPoolTest : testing::Test {
    struct Ended {
        JobId job;
        RunEnd end;
    };
    test::TemporaryFolder folder;
    boost::asio::io_context io{1};
    // Workers are killed by the machine's own clock, so that the test's must not be behind it.
    test::ManualBootClock clock{worker::boot_time_now()};
    SystemClock wall;
    ServerLease lease{clock, clock.now()};
    std::vector<Ended> ended;
    std::vector<Question> requests;
    std::optional<Catalog> catalog;
    std::optional<WorkerPool> pool;
    int emptied = 0;
    int started = 0;  // workers
    Duration drain_timeout = 1h;
    WorkerOptions options;

    void SetUp() override { begin("jobs"); }
    void begin(const std::string& plugin) {
        options.program = JOBHOST_TEST_WORKER;
        const std::string file = plugin + ".so";
        std::filesystem::copy_file(std::filesystem::path{JOBHOST_TEST_PLUGINS} / file, folder / file);
        catalog = Catalog::scan(folder.path(), {}, options);
        ASSERT_EQ(catalog->plugins().size(), 1u);
        pool.emplace(io, catalog->plugins().at(0), options, drain_timeout, wall,
                     WorkerPool::Callbacks{
                         .ended =
                             [this](const ClaimedJob& job, const RunEnd& end, const auto&) {
                                 ended.push_back({job.id, end});
                             },
                         .ready = [] {},
                         .emptied = [this] { ++emptied; },
                         .unavailable = [](bool) {},
                         .requested = [this](Question question) { requests.push_back(std::move(question)); },
                         .may_begin = [this] { return lease.may_begin(); },
                         .fence =
                             [this] {
                                 ++started;
                                 return lease.deadline();
                             },
                     });
    }
    void run(std::int64_t id, const std::string& type, ClaimedJob job = {}) {
        job.id = JobId{id};
        job.lease = Lease{1};
        job.arguments = "{}";
        pool->run({std::move(job), catalog->plugins().at(0)->description.name + "." + type});
    }
    void run_after(std::vector<ParentEnd> parents, const std::string& arguments, bool is_filled_in = true) {
        ClaimedJob job;
        job.id = JobId{1};
        job.lease = Lease{1};
        job.arguments = arguments;
        job.policy.has_parent_references = is_filled_in;
        job.parents = std::move(parents);
        pool->run({std::move(job), "jobs.echo"});
    }
    bool wait_until(const std::function<bool()>& holds) {
        const auto deadline = std::chrono::steady_clock::now() + 20s;
        io.restart();
        while (!holds() && std::chrono::steady_clock::now() < deadline)
            if (io.run_one_until(deadline) == 0) break;
        return holds();
    }
    bool wait_ended(std::size_t count) {
        return wait_until([&] { return ended.size() >= count; });
    }
    bool wait_empty() {
        return wait_until([&] { return pool->is_empty(); });
    }
    void renew() {
        lease.renew(clock.now());
        pool->move_fences(lease.deadline());
        pool->resume();
    }
    // Spins until its worker is killed. Another job that ends proves that it has begun, or is about to.
    void begin_to_spin() {
        run(1, "spin");
        run(2, "succeed");
        ASSERT_TRUE(wait_ended(1));
    }
    const RunEnd& end_of(std::int64_t id) {
        for (const Ended& each : ended)
            if (each.job == JobId{id}) return each.end;
        throw std::out_of_range{"it has not ended"};
    }
};

}  // namespace jobhost::host
