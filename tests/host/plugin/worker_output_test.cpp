// What jobs print and log.
#include "host/plugin/line_splitter.hpp"
#include "tests/host/plugin/worker_fixture.hpp"

#include <jobhost/plugin.h>

#include <boost/asio/steady_timer.hpp>

namespace jobhost::host {
namespace {

TEST_F(WorkerTest, WhatAJobPrintsBelongsToItsRun) {
    start();
    for (int i = 1; i <= 200; ++i) {
        RunRequest print = request("print");
        print.job = JobId{i};
        process->run(print);
        ASSERT_EQ(finish().how, How::succeeded);

        const std::string number = std::to_string(i);
        ASSERT_EQ(told.out.size(), 2u);
        ASSERT_EQ(told.out[0].job, JobId{i});
        ASSERT_EQ(told.out[0].text, "out of " + number);
        ASSERT_EQ(told.out[1].text, "no end of line, \xEF\xBF\xBD");
        ASSERT_EQ(told.err.at(0).text, "err of " + number);
        told.out.clear();
        told.err.clear();
    }
}

TEST_F(WorkerTest, OutputBeforeACrashIsKept) {
    start();
    run("abort");
    ASSERT_EQ(told.err.size(), 1u);
    EXPECT_EQ(told.err[0].text, "about to abort");
    EXPECT_EQ(told.err[0].job, JobId{42});
}

TEST_F(WorkerTest, LogLinesComeWithTheirJobAndWarningsAreCounted) {
    start();
    EXPECT_EQ(run("log").warnings, 1);
    ASSERT_EQ(told.log.size(), 3u);
    EXPECT_EQ(told.log[0].text, "first");
    EXPECT_EQ(told.log[0].job, JobId{42});
    EXPECT_EQ(told.log[1].text, "bad byte \xEF\xBF\xBD");
    EXPECT_FALSE(told.log[2].job);
}

TEST_F(WorkerTest, FloodOfOutputIsCutWithANote) {
    start();
    EXPECT_EQ(run("flood").how, How::succeeded);
    ASSERT_EQ(told.out.size(), LineBudget::kLines + 1);
    EXPECT_EQ(told.out.back().text, "further output dropped");

    told.out.clear();
    run("print");
    EXPECT_EQ(told.out.size(), 2u) << "the next run has a budget of its own";
}

TEST_P(AnyWorkerTest, FloodOfLogLinesIsCutWithANoteButCounted) {
    start();
    EXPECT_EQ(run("flood_log").warnings, 30'000);
    ASSERT_EQ(told.log.size(), LineBudget::kLines + 1);
    EXPECT_EQ(told.log.back().text, "further log lines dropped");
}

TEST_F(WorkerTest, EndlessFloodDoesNotStarveTheLoop) {
    start();
    begin("flood_for_ever");
    bool has_fired = false;
    boost::asio::steady_timer timer{io, 50ms};
    timer.async_wait([&](const auto&) { has_fired = true; });
    EXPECT_TRUE(wait_until([&] { return has_fired; }));

    process->kill();
    EXPECT_TRUE(finish().was_killed);
}

TEST_F(WorkerTest, WorkerWithoutItsOutputIsNotUsedForEver) {
    start();
    ASSERT_EQ(run("close_output").how, How::succeeded);
    // The end of the pipe may be seen only after the run.
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (process->is_idle() && std::chrono::steady_clock::now() < deadline)
        run("succeed");

    EXPECT_TRUE(wait_for_end());
    EXPECT_EQ(told.ended.at(0), "exited with status 0");
}

TEST_F(WorkerTest, GrandchildThatKeepsThePipesDelaysNothing) {
    start();
    EXPECT_EQ(run("daemon").how, How::succeeded);
    EXPECT_EQ(told.out.at(0).text, "before the daemon");
    EXPECT_EQ(run("print").how, How::succeeded);

    const auto begin_of_exit = std::chrono::steady_clock::now();
    process->exit();
    EXPECT_TRUE(wait_for_end());
    EXPECT_LT(std::chrono::steady_clock::now() - begin_of_exit, 8s);  // the daemon stays for 20
}

}  // namespace
}  // namespace jobhost::host
