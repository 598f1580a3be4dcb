// Control groups of workers, where this machine lets us make some.
#include "host/plugin/worker_group.hpp"

#include "tests/host/plugin/worker_fixture.hpp"

#include <sys/wait.h>

#include <csignal>
#include <fstream>
#include <unistd.h>

namespace jobhost::host {
namespace {

namespace fs = std::filesystem;

struct WorkerGroupTest : WorkerTest {
    const fs::path root = delegated_group();

    std::size_t groups(pid_t host = getpid()) const {
        const std::string prefix = "jobhost-" + std::to_string(host) + "-";
        std::size_t count = 0;
        for (const auto& entry : fs::directory_iterator{root})
            if (entry.path().filename().string().starts_with(prefix)) ++count;
        return count;
    }
    // On a machine that delegates none, that there is none is all that can be said.
    bool has_none() const {
        EXPECT_TRUE(!root.empty() || !WorkerGroup{root}.joining());
        return root.empty();
    }
};

TEST_F(WorkerGroupTest, WhatLeavesSessionAndEnvironmentBehindEndsWithItsWorker) {
    if (has_none()) return;
    WorkerOptions options = test_options();
    options.group = root;
    start(options);
    EXPECT_EQ(groups(), 1u);
    const pid_t worker = process->pid();
    run("daemon");
    std::vector<pid_t> left;
    std::ifstream file{"/proc/" + std::to_string(worker) + "/task/" + std::to_string(worker) + "/children"};
    for (pid_t child = 0; file >> child;)
        left.push_back(child);
    ASSERT_FALSE(left.empty());
    process.reset();
    const auto is_gone = [](pid_t child) {
        std::ifstream stat{"/proc/" + std::to_string(child) + "/stat"};
        std::string pid;
        std::string name;
        std::string state;
        return !(stat >> pid >> name >> state) || state == "Z";
    };
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (!std::all_of(left.begin(), left.end(), is_gone) && std::chrono::steady_clock::now() < deadline) {
    }
    EXPECT_TRUE(std::all_of(left.begin(), left.end(), is_gone));
    while (groups() > 0 && std::chrono::steady_clock::now() < deadline)
        WorkerGroup{root};  // a new one removes those before it
    EXPECT_EQ(groups(), 0u);
}

TEST_F(WorkerGroupTest, GroupsOfAHostThatIsGoneAreEnded) {
    if (has_none()) return;
    const pid_t host = fork();
    if (host == 0) {
        new WorkerGroup{root};
        _exit(0);
    }
    waitpid(host, nullptr, 0);
    ASSERT_EQ(groups(host), 1u);
    sweep_groups(root);
    EXPECT_EQ(groups(host), 0u);
}

TEST(WorkerGroup, WithoutARootThereIsNone) {
    EXPECT_FALSE(WorkerGroup{fs::path{}}.joining());
    EXPECT_FALSE(WorkerGroup{"/no/such/place"}.joining());
}

}  // namespace
}  // namespace jobhost::host
