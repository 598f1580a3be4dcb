// What a worker may use and reach.
#include "tests/host/plugin/worker_fixture.hpp"
#include "tests/support/temporary_folder.hpp"

#include <cerrno>
#include <fstream>
#include <thread>

namespace jobhost::host {
namespace {

namespace fs = std::filesystem;
using config::SandboxProfile;

struct ConfinementTest : WorkerTest {
    test::TemporaryFolder folder;
    WorkerOptions options = test_options();

    void begin_worker() {
        options.scratch = folder / "scratch";
        const PluginImage image = PluginImage::open(test_plugin("reaching"), {});
        process = std::make_unique<WorkerProcess>(io, image, options, told);
        ASSERT_TRUE(wait_until([&] { return !told.ready.empty() || !told.refused.empty(); }));
        ASSERT_FALSE(told.ready.empty()) << testing::PrintToString(told.refused);
    }
    RunResult run_with(const std::string& type, const std::string& arguments) {
        RunRequest its = request(type);
        its.type = "reaching." + type;
        its.arguments = arguments;
        process->run(its);
        return finish();
    }
    // What it says: an error number, or 0.
    int try_to(const std::string& type, const fs::path& path = {}) {
        const RunResult result = run_with(type, R"({"path": ")" + path.string() + R"("})");
        EXPECT_EQ(result.how, How::succeeded) << result.error_message;
        return std::atoi(result.result.c_str());
    }
    fs::path file(const std::string& name) {
        std::ofstream{folder / name} << "text";
        return folder / name;
    }
};

TEST_F(ConfinementTest, WithoutAProfileEverythingIsAllowed) {
    options.hosting.sandbox.profile = SandboxProfile::none;
    begin_worker();
    EXPECT_EQ(try_to("read", file("a")), 0);
    EXPECT_EQ(try_to("program"), 0);
    EXPECT_EQ(try_to("trace"), 0);
}

TEST_F(ConfinementTest, ByDefaultAJobReadsWritesTalksAndStartsPrograms) {
    begin_worker();
    EXPECT_EQ(try_to("read", file("a")), 0);
    EXPECT_EQ(try_to("write", folder / "new"), 0);
    EXPECT_EQ(try_to("socket"), 0);
    EXPECT_EQ(try_to("program"), 0);
}

TEST_F(ConfinementTest, ByDefaultItTracesNobodyAndMakesNoNamespace) {
    begin_worker();
    EXPECT_EQ(try_to("trace"), EPERM);
    EXPECT_EQ(try_to("namespaces"), EPERM);
    EXPECT_EQ(try_to("limit_host"), EPERM);
}

TEST_F(ConfinementTest, ByDefaultItSignalsNeitherItsHostNorEverybody) {
    begin_worker();
    EXPECT_EQ(try_to("signal_host"), EPERM);
    EXPECT_EQ(try_to("signal_all"), EPERM);
    EXPECT_EQ(try_to("signal_self"), 0);
}

TEST_F(ConfinementTest, StrictReachesNothingThatIsNotNamed) {
    options.hosting.sandbox.profile = SandboxProfile::strict;
    begin_worker();
    EXPECT_EQ(try_to("read", file("a")), EACCES);
    EXPECT_EQ(try_to("write", folder / "new"), EACCES);
    EXPECT_EQ(try_to("read", "/etc/shadow"), EACCES);
    EXPECT_EQ(try_to("read", "/proc/" + std::to_string(getpid()) + "/environ"), EACCES);
    EXPECT_EQ(try_to("socket"), EACCES);
    EXPECT_EQ(try_to("program"), EACCES);
    EXPECT_EQ(try_to("trace"), EPERM);
    EXPECT_EQ(try_to("signal_host"), EPERM);
    EXPECT_EQ(try_to("signal_self"), 0);
    EXPECT_EQ(try_to("change_mode", folder / "a"), EPERM);
    EXPECT_FALSE(fs::exists(folder / "new"));
}

TEST_F(ConfinementTest, StrictHasWhatEveryProgramNeeds) {
    options.hosting.sandbox.profile = SandboxProfile::strict;
    begin_worker();
    EXPECT_EQ(try_to("read", "/etc/hosts"), 0);
    EXPECT_EQ(try_to("read", "/dev/urandom"), 0);
    EXPECT_EQ(try_to("write", "/dev/null"), 0);
    EXPECT_EQ(try_to("read", "/proc/self/status"), 0);
    EXPECT_EQ(run_with("scratch", "{}").how, How::succeeded);
}

TEST_F(ConfinementTest, StrictReachesWhatIsNamed) {
    fs::create_directory(folder / "in");
    fs::create_directory(folder / "out");
    options.hosting.sandbox = {
        SandboxProfile::strict, {folder / "in", file("single")}, {folder / "out"}, true, true};
    begin_worker();
    EXPECT_EQ(try_to("read", file("in/a")), 0);
    EXPECT_EQ(try_to("write", folder / "in/b"), EACCES);
    EXPECT_EQ(try_to("read", folder / "single"), 0);
    EXPECT_EQ(try_to("write", folder / "single"), EACCES);
    EXPECT_EQ(try_to("write", folder / "out/c"), 0);
    EXPECT_EQ(try_to("read", folder / "out/c"), 0);
    EXPECT_EQ(try_to("read", file("other")), EACCES);
    EXPECT_EQ(try_to("socket"), 0);
    EXPECT_EQ(try_to("program"), 0);
}

TEST_F(ConfinementTest, ANamedFileThatIsNotThereIsTold) {
    options.hosting.sandbox = {SandboxProfile::strict, {folder / "gone"}, {}, false, false};
    const PluginImage image = PluginImage::open(test_plugin("reaching"), {});
    process = std::make_unique<WorkerProcess>(io, image, options, told);
    ASSERT_TRUE(wait_until([&] { return !told.refused.empty(); }));
    EXPECT_EQ(told.refused.at(0),
              "its sandbox cannot be made: " + (folder / "gone").string() + ": No such file or directory");
}

TEST_F(ConfinementTest, MoreMemoryIsRefusedToTheJobAndTheWorkerGoesOn) {
    options.hosting.limits.memory = std::uint64_t{64} << 20;
    begin_worker();
    const int blocks = try_to("allocate");
    EXPECT_GT(blocks, 10);
    EXPECT_LT(blocks, 64);
    EXPECT_EQ(try_to("socket"), 0);
}

TEST_F(ConfinementTest, DescriptorsAreCounted) {
    options.hosting.limits.descriptors = 64;
    begin_worker();
    const int opened = try_to("descriptors");
    EXPECT_GT(opened, 40);
    EXPECT_LT(opened, 64);
}

TEST_F(ConfinementTest, ProcessorTimeIsOfEachRun) {
    options.hosting.limits.cpu_time = 300ms;
    begin_worker();
    for (int i = 0; i < 30; ++i)
        ASSERT_EQ(run_with("nap", "{}").how, How::succeeded) << "who sleeps uses none";
    const RunResult result = run_with("burn", "{}");
    EXPECT_EQ(result.how, How::crashed);
    EXPECT_EQ(result.error_message, "used more processor time than limits.cpu_time allows");
    EXPECT_FALSE(result.was_killed);
}

TEST_F(ConfinementTest, AJobThatDoesNotHearIsKilledForItsProcessorTime) {
    options.hosting.limits.cpu_time = 50ms;
    begin_worker();
    const RunResult result = run_with("burn", R"({"deaf": 1})");
    EXPECT_EQ(result.how, How::crashed);
    EXPECT_EQ(result.error_message, "killed by SIGKILL");
}

TEST_F(ConfinementTest, OutputIsCut) {
    options.hosting.limits.output = 1000;
    start(options);
    EXPECT_EQ(run("flood").how, How::succeeded);
    ASSERT_FALSE(told.out.empty());
    EXPECT_EQ(told.out.back().text, "further output dropped");
    EXPECT_LT(told.out.size(), 100u);
}

TEST_F(ConfinementTest, TheScratchFolderIsOfOneRun) {
    begin_worker();
    const RunResult first = run_with("scratch", "{}");
    ASSERT_EQ(first.how, How::succeeded) << first.error_message;
    const fs::path path = first.result.substr(1, first.result.size() - 2);
    EXPECT_EQ(path.parent_path().parent_path(), folder / "scratch");
    EXPECT_FALSE(fs::exists(path)) << "it goes with the run";
    EXPECT_EQ(fs::status(path.parent_path()).permissions(), fs::perms::owner_all);
    EXPECT_EQ(run_with("scratch", "{}").how, How::succeeded) << "and the next run has an empty one";
    process.reset();
    EXPECT_TRUE(fs::is_empty(folder / "scratch"));
}

TEST_F(ConfinementTest, WhatACrashLeavesInScratchGoes) {
    begin_worker();
    EXPECT_EQ(run_with("scratch", R"({"abort": 1})").how, How::crashed);
    process.reset();
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (!fs::is_empty(folder / "scratch") && std::chrono::steady_clock::now() < deadline)
        std::this_thread::yield();
    EXPECT_TRUE(fs::is_empty(folder / "scratch"));
}

TEST_F(ConfinementTest, WithoutAPlaceThereIsNoScratchFolder) {
    options.scratch.clear();
    const PluginImage image = PluginImage::open(test_plugin("reaching"), {});
    process = std::make_unique<WorkerProcess>(io, image, options, told);
    ASSERT_TRUE(wait_until([&] { return !told.ready.empty(); }));
    EXPECT_EQ(run_with("scratch", "{}").result, "-6");
}

}  // namespace
}  // namespace jobhost::host
