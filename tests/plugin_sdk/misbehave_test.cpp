// The types of misbehave that leave the process alive; the others are for tests that watch one from outside.
#include "tests/support/fake_plugin_host.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <unistd.h>

namespace jobhost::test {

class MisbehaveTest : public testing::Test {
protected:
    LoadedPlugin plugin_{MISBEHAVE};
};

TEST_F(MisbehaveTest, OkHasAResult) {
    FakeRun run({.attempt = 3});
    plugin_.run("ok", run);
    EXPECT_EQ(run.result, R"({"ok":true,"attempt":3})");
}

TEST_F(MisbehaveTest, SleepEndsEarlyIfPolite) {
    FakeRun run({.arguments = R"({"seconds":3600})"});
    run.stop_when_logged("sleeping", JOBHOST_STOP_DRAIN);
    plugin_.run("sleep", run);
    EXPECT_EQ(run.status, JOBHOST_YIELDED);
}

TEST_F(MisbehaveTest, SleepIgnoresTheHostIfImpolite) {
    FakeRun run({.arguments = R"({"seconds":0.001,"polite":false})"});
    run.stop(JOBHOST_STOP_CANCEL);
    plugin_.run("sleep", run);
    EXPECT_EQ(run.status, JOBHOST_OK);
}

TEST_F(MisbehaveTest, ThrowAndFatalFail) {
    FakeRun thrown;
    plugin_.run("throw", thrown);
    EXPECT_EQ(thrown.status, JOBHOST_FAILED);
    FakeRun fatal;
    plugin_.run("fatal", fatal);
    EXPECT_EQ(fatal.status, JOBHOST_FATAL);
}

TEST_F(MisbehaveTest, FlakyFailsAsOftenAsItIsTold) {
    for (std::uint32_t attempt = 1; attempt <= 3; ++attempt) {
        FakeRun run({.attempt = attempt, .arguments = R"({"failures":2})"});
        plugin_.run("flaky", run);
        EXPECT_EQ(run.status, attempt <= 2 ? JOBHOST_FAILED : JOBHOST_OK);
    }
}

TEST_F(MisbehaveTest, AppendAddsALineForEachRun) {
    const auto file = std::filesystem::temp_directory_path() / ("misbehave-" + std::to_string(::getpid()));
    FakeRun first({.id = 1, .lease = 2, .attempt = 3, .arguments = R"({"path":")" + file.string() + R"("})"});
    FakeRun second({.id = 4, .arguments = R"({"path":")" + file.string() + R"(","line":"x"})"});
    plugin_.run("append", first);
    plugin_.run("append", second);

    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    EXPECT_EQ(text.str(), "1 3 2\n4 1 7 x\n");
    std::filesystem::remove(file);
}

TEST_F(MisbehaveTest, LogFloodLogsEveryLine) {
    FakeRun run({.arguments = R"({"lines":1000})"});
    plugin_.run("log_flood", run);
    EXPECT_EQ(run.log.size(), 1000u);
}

}  // namespace jobhost::test
