// What jobs leave behind. The process that adopts is one of its own, so that the other tests keep their
// children.
#include "host/plugin/orphans.hpp"

#include "tests/host/plugin/worker_fixture.hpp"

#include <sys/wait.h>

#include <csignal>
#include <fstream>
#include <unistd.h>

namespace jobhost::host {
namespace {

struct OrphansTest : WorkerTest {
    // Runs in a child, whose exit status says whether it holds.
    static bool holds_in_a_process_of_its_own(const std::function<bool()>& holds) {
        const pid_t child = fork();
        if (child == 0) {
            adopt_orphans();
            _exit(holds() ? 0 : 1);
        }
        int status = -1;
        waitpid(child, &status, 0);
        return WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }
    static bool is_alive(pid_t process) { return kill(process, 0) == 0; }
    static bool wait_until_gone(pid_t process) {
        const auto deadline = std::chrono::steady_clock::now() + 10s;
        while (is_alive(process) && std::chrono::steady_clock::now() < deadline)
            tend_to_orphans();
        return !is_alive(process);
    }
    // A grandchild whose parent has ended, with that in its environment.
    static pid_t orphan(const std::string& variable) {
        int ends[2];
        if (pipe(ends) != 0) return -1;
        const pid_t middle = fork();
        if (middle == 0) {
            const pid_t daemon = fork();
            if (daemon == 0) {
                setsid();
                std::string text = variable;
                char* const environment[] = {text.data(), nullptr};
                char* const words[] = {const_cast<char*>("sleep"), const_cast<char*>("1000"), nullptr};
                execve("/bin/sleep", words, environment);
                _exit(1);
            }
            if (write(ends[1], &daemon, sizeof daemon) < 0) _exit(1);
            _exit(0);
        }
        waitpid(middle, nullptr, 0);
        pid_t daemon = -1;
        if (read(ends[0], &daemon, sizeof daemon) != sizeof daemon) return -1;
        close(ends[0]);
        close(ends[1]);
        const auto deadline = std::chrono::steady_clock::now() + 10s;
        std::string name;
        while (name != "sleep" && std::chrono::steady_clock::now() < deadline)
            std::ifstream{"/proc/" + std::to_string(daemon) + "/comm"} >> name;
        return daemon;
    }
};

TEST_F(OrphansTest, AnOrphanEndsWithItsWorker) {
    EXPECT_TRUE(holds_in_a_process_of_its_own([] {
        std::optional<WorkerMark> mark{std::in_place};
        const pid_t daemon = orphan(mark->text());
        tend_to_orphans();
        if (daemon < 0 || !is_alive(daemon)) return false;
        mark.reset();
        return wait_until_gone(daemon);
    }));
}

TEST_F(OrphansTest, OneThatBearsNoMarkEndsWithAllWorkersThatItMayComeFrom) {
    EXPECT_TRUE(holds_in_a_process_of_its_own([] {
        std::optional<WorkerMark> first{std::in_place};
        std::optional<WorkerMark> second{std::in_place};
        const pid_t daemon = orphan("OTHER=1");
        tend_to_orphans();
        const WorkerMark later;
        first.reset();
        if (daemon < 0 || !is_alive(daemon)) return false;
        second.reset();
        return wait_until_gone(daemon);
    }));
}

TEST_F(OrphansTest, WhatAHostHasLeftThatWasKilledGoesWhenTheNextOneBegins) {
    // The mark of a process that has ended.
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t host = fork();
    if (host == 0) {
        const pid_t daemon = orphan(WorkerMark{}.text());
        _exit(write(ends[1], &daemon, sizeof daemon) > 0 ? 0 : 1);
    }
    pid_t daemon = -1;
    ASSERT_EQ(read(ends[0], &daemon, sizeof daemon), static_cast<ssize_t>(sizeof daemon));
    close(ends[0]);
    close(ends[1]);
    waitpid(host, nullptr, 0);
    ASSERT_TRUE(is_alive(daemon));
    const WorkerMark ours;
    EXPECT_GE(kill_orphans_of_dead_hosts(), 1);
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    std::string state;
    do {
        std::ifstream stat{"/proc/" + std::to_string(daemon) + "/stat"};
        std::string pid;
        std::string name;
        if (!(stat >> pid >> name >> state)) state = "gone";
    } while (state != "gone" && state != "Z" && std::chrono::steady_clock::now() < deadline);
    EXPECT_TRUE(state == "gone" || state == "Z") << state;
}

TEST_F(OrphansTest, ADaemonOfAJobEndsWithItsWorker) {
    EXPECT_TRUE(holds_in_a_process_of_its_own([this] {
        start();
        const pid_t worker = process->pid();
        run("daemon");
        std::vector<pid_t> left;
        std::ifstream file{"/proc/" + std::to_string(worker) + "/task/" + std::to_string(worker) +
                           "/children"};
        for (pid_t child = 0; file >> child;)
            left.push_back(child);
        if (left.empty()) return false;
        process.reset();
        return std::all_of(left.begin(), left.end(), wait_until_gone);
    }));
}

}  // namespace
}  // namespace jobhost::host
