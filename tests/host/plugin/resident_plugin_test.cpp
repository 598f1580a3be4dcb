// Plugins inside this process: their library, their threads, and what becomes of the process.
#include "tests/host/plugin/worker_fixture.hpp"

#include <jobhost/plugin.h>

#include <boost/asio/steady_timer.hpp>

#include <csignal>
#include <cstdlib>

namespace jobhost::host {
namespace {

struct ResidentPluginTest : WorkerTest {
    Place place() const override { return Place::thread; }

    // Another worker of the plugin that start() has taken in.
    std::unique_ptr<WorkerProcess> another(RecordingObserver& observer) {
        observer.ready.clear();
        auto worker = std::make_unique<WorkerProcess>(io, *resident, test_options(), observer);
        EXPECT_TRUE(wait_until([&] { return !observer.ready.empty(); }));
        return worker;
    }
    // Of a plugin that has one type: touch.
    RunResult touch() {
        process = std::make_unique<WorkerProcess>(io, *resident, test_options(), told);
        EXPECT_TRUE(wait_until([&] { return !told.ready.empty(); }));
        RunRequest its = request("");
        its.type = "clinging.touch";
        process->run(its);
        return finish();
    }
};

TEST_F(ResidentPluginTest, WorkersShareOneLibraryThatIsInitialisedOnceAndShutDownAfterTheLast) {
    testing::internal::CaptureStdout();
    start();
    RecordingObserver other_told;
    auto other = another(other_told);
    EXPECT_EQ(run("inits").result, "1");
    other->run(request("inits"));
    ASSERT_TRUE(wait_until([&] { return !other_told.finished.empty(); }));
    EXPECT_EQ(other_told.finished.at(0).result, "1");

    process->exit();
    ASSERT_TRUE(wait_for_end());
    other->exit();
    ASSERT_TRUE(wait_until([&] { return !other_told.ended.empty(); }));
    process.reset();
    process = another(told);
    EXPECT_EQ(run("inits").result, "1") << "it is still the same";

    let_go();
    std::fflush(stdout);
    EXPECT_EQ(testing::internal::GetCapturedStdout(), "shut down\n");
    EXPECT_EQ(stayed, std::vector{false});
}

TEST_F(ResidentPluginTest, WorkersRunJobsAtTheSameTime) {
    start();
    RecordingObserver other_told;
    const auto other = another(other_told);
    begin("polite");
    other->run(request("echo"));
    ASSERT_TRUE(wait_until([&] { return !other_told.finished.empty(); }));
    EXPECT_TRUE(told.finished.empty());
    process->ask_to_stop(JOBHOST_STOP_CANCEL);
    EXPECT_EQ(finish().how, How::cancelled);
}

TEST_F(ResidentPluginTest, TwoGenerationsOfOneFileAreTwoLibraries) {
    start();
    const auto first = std::move(resident);
    const auto first_process = std::move(process);
    told.ready.clear();
    start();
    EXPECT_EQ(run("inits").result, "1");
}

TEST_F(ResidentPluginTest, AThreadLocalOfItsJobsDoesNotKeepItInMemory) {
    take_in("thread_local");
    EXPECT_EQ(touch().how, How::succeeded);
    let_go();
    EXPECT_EQ(stayed, std::vector{false});
}

TEST_F(ResidentPluginTest, WhatStaysInMemoryIsTold) {
    take_in("unique");
    EXPECT_EQ(touch().how, How::succeeded);
    let_go();
    EXPECT_EQ(stayed, std::vector{true});
}

TEST_F(ResidentPluginTest, ALibraryThatCannotBeInitialisedIsRefusedEachTime) {
    take_in("init_fails");
    for (std::size_t i = 1; i < 3; ++i) {
        process = std::make_unique<WorkerProcess>(io, *resident, test_options(), told);
        ASSERT_TRUE(wait_until([&] { return told.ended.size() == i; }));
        ASSERT_EQ(told.refused.size(), i);
        EXPECT_THAT(told.refused.back(), testing::HasSubstr("its init() failed"));
    }
    let_go();
    EXPECT_EQ(stayed, std::vector{false});
}

TEST_F(ResidentPluginTest, AWorkerThatIsReadyTooLateEnds) {
    take_in("constructor_slow");  // 0.5 s
    WorkerOptions options = test_options();
    options.start_timeout = 50ms;
    process = std::make_unique<WorkerProcess>(io, *resident, options, told);
    ASSERT_TRUE(wait_for_end());
    EXPECT_THAT(told.refused, testing::ElementsAre("did not become ready within 50ms"));
    EXPECT_TRUE(told.ready.empty());
}

TEST_F(ResidentPluginTest, AnIdleWorkerEndsWhenItIsKilled) {
    start();
    process->kill();
    EXPECT_TRUE(wait_for_end());
    EXPECT_FALSE(process->is_separate());
}

TEST_F(ResidentPluginTest, AnIdleWorkerDoesNotFollowTheFence) {
    start();
    process->set_fence(worker::boot_time_now() + 50ms);
    EXPECT_EQ(run("succeed").how, How::succeeded);
    boost::asio::steady_timer later{io, 200ms};
    bool is_later = false;
    later.async_wait([&](const auto&) { is_later = true; });
    ASSERT_TRUE(wait_until([&] { return is_later; }));
    process->set_fence(worker::boot_time_now() + 60s);
    EXPECT_EQ(run("succeed").how, How::succeeded);
}

// Each in a process of its own, which ends.
struct ResidentPluginDeathTest : ResidentPluginTest {
    void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
    void TearDown() override {}
};

TEST_F(ResidentPluginDeathTest, ARunThatIsKilledTakesTheHostAlong) {
    const auto kill = [&] {
        start();
        begin("spin");
        process->kill();
    };
    EXPECT_EXIT(kill(), testing::ExitedWithCode(kHostEnded), "");
}

TEST_F(ResidentPluginDeathTest, ARunWhoseWorkerIsDestroyedTakesTheHostAlong) {
    const auto destroy = [&] {
        start();
        begin("spin");
        process.reset();
    };
    EXPECT_EXIT(destroy(), testing::ExitedWithCode(kHostEnded), "");
}

TEST_F(ResidentPluginDeathTest, ARunThatIsFencedOffTakesTheHostAlong) {
    const auto let_fence_pass = [&] {
        start();
        process->set_fence(worker::boot_time_now() + 300ms);
        begin("spin");
        ::pause();  // the host does nothing any more
    };
    EXPECT_EXIT(let_fence_pass(), testing::KilledBySignal(SIGKILL), "");
}

TEST_F(ResidentPluginDeathTest, ACrashIsTheHosts) {
    const auto crash = [&] {
        start();
        run("crash");
    };
    EXPECT_EXIT(crash(), testing::KilledBySignal(SIGSEGV), "");
}

TEST_F(ResidentPluginDeathTest, ALibraryThatDoesNotGetLoadedIsRefusedAndHoldsUpNothingButTheEnd) {
    const auto load = [&] {
        take_in("constructor_hangs");
        WorkerOptions options = test_options();
        options.start_timeout = 100ms;
        process = std::make_unique<WorkerProcess>(io, *resident, options, told);
        const bool is_refused = wait_until([&] { return !told.refused.empty(); });
        process.reset();
        resident.reset();
        std::_Exit(is_refused && !ResidentPlugin::wait_until_closed(100ms) ? EXIT_SUCCESS : EXIT_FAILURE);
    };
    EXPECT_EXIT(load(), testing::ExitedWithCode(EXIT_SUCCESS), "");
}

}  // namespace
}  // namespace jobhost::host
