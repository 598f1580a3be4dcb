// Filters of plugins, called by real workers.
#include "tests/host/plugin/worker_fixture.hpp"

#include <filesystem>

namespace jobhost::host {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct FilterTest : WorkerTest {
    std::string plugin = "filtered";

    void begin_worker(const std::string& file) {
        told = {};
        const PluginImage image = PluginImage::open(test_plugin(file), {});
        process = std::make_unique<WorkerProcess>(io, image, test_options(), told);
        ASSERT_TRUE(wait_until([&] { return !told.ready.empty() || !told.refused.empty(); }));
        ASSERT_FALSE(told.ready.empty()) << testing::PrintToString(told.refused);
        plugin = told.ready.at(0).name;
    }
    void begin_run(const std::string& type, const std::string& arguments, int payload_version = 0) {
        RunRequest its = request(type);
        its.type = plugin + "." + type;
        its.arguments = arguments;
        its.payload_version = payload_version;
        told.log.clear();
        process->run(its);
    }
    RunResult run_with(const std::string& type, const std::string& arguments, int payload_version = 0) {
        begin_run(type, arguments, payload_version);
        return finish();
    }
    std::vector<std::string> lines() const {
        std::vector<std::string> all;
        for (const RecordingObserver::Line& line : told.log)
            all.push_back(line.text);
        return all;
    }
};

TEST_F(FilterTest, TheyAreCalledAroundEachRun) {
    begin_worker("filtered");
    EXPECT_TRUE(told.ready.at(0).has_filters);
    for (int round = 0; round < 2; ++round) {
        const RunResult result = run_with("succeed", "{}");
        EXPECT_EQ(result.how, How::succeeded) << result.error_message;
        EXPECT_EQ(result.result, "1");
        EXPECT_THAT(lines(), ElementsAre("before succeed", "run", "after succeed 0 - -"));
    }
    const RunResult failed = run_with("fail", "{}");
    EXPECT_EQ(failed.how, How::failed);
    EXPECT_EQ(failed.error_code, "smtp.refused");
    EXPECT_THAT(lines(), ElementsAre("before fail", "after fail 1 smtp.refused the server said no"));
}

TEST_F(FilterTest, BeforeMayEndTheRun) {
    begin_worker("filtered");
    const RunResult refused = run_with("succeed", R"({"before": "refuse"})");
    EXPECT_EQ(refused.how, How::fatal);
    EXPECT_EQ(refused.error_code, "not_allowed");
    EXPECT_EQ(refused.error_message, "not on a Sunday");
    EXPECT_THAT(lines(), ElementsAre("before succeed"));

    const RunResult snoozed = run_with("succeed", R"({"before": "snooze"})");
    EXPECT_EQ(snoozed.how, How::snoozed);
    EXPECT_EQ(snoozed.snooze, Duration{90s});
    EXPECT_THAT(lines(), ElementsAre("before succeed"));

    EXPECT_EQ(run_with("succeed", "{}").how, How::succeeded) << "and nothing of it is left";
}

TEST_F(FilterTest, AfterHasTheLastWord) {
    begin_worker("filtered");
    const RunResult forgiven = run_with("fail", R"({"after": "forgive"})");
    EXPECT_EQ(forgiven.how, How::succeeded);
    EXPECT_EQ(forgiven.result, "\"forgiven\"");

    const RunResult refused = run_with("succeed", R"({"after": "refuse"})");
    EXPECT_EQ(refused.how, How::fatal);
    EXPECT_EQ(refused.error_code, "not_allowed");
    EXPECT_EQ(refused.result, "");

    EXPECT_EQ(run_with("fail", R"({"after": "snooze"})").how, How::snoozed);
    EXPECT_EQ(run_with("odd", R"({"after": "forgive"})").how, How::succeeded);
    EXPECT_THAT(lines(), ElementsAre("before odd", "after odd 77 - -"));
}

TEST_F(FilterTest, AStatusThatNoRunMayEndWithIsAFailureOfWhoReturnedIt) {
    begin_worker("filtered");
    const auto message = [&](const std::string& type, const std::string& arguments) {
        const RunResult result = run_with(type, arguments);
        EXPECT_EQ(result.how, How::failed);
        EXPECT_EQ(result.error_code, "bad_status");
        return result.error_message;
    };
    EXPECT_EQ(message("succeed", R"({"before": "odd"})"),
              "before() of its filter returned status 77, which no run may end with");
    EXPECT_EQ(message("succeed", R"({"after": "odd"})"),
              "after() of its filter returned status 77, which no run may end with");
    EXPECT_EQ(message("odd", "{}"), "run() returned status 77, which no run may end with");
    EXPECT_EQ(message("succeed", R"({"before": "snooze_for_nothing"})"),
              "before() of its filter returned JOBHOST_SNOOZE without having named a delay");
    const RunResult unasked = run_with("succeed", R"({"after": "cancelled"})");
    EXPECT_EQ(unasked.how, How::failed);
    EXPECT_EQ(unasked.error_message, "it says that it was cancelled, but nobody asked");
}

TEST_F(FilterTest, ArgumentsAreUpgradedBefore) {
    begin_worker("filtered");
    EXPECT_EQ(run_with("upgraded", "{}", 1).error_code, "not_allowed") << "as the newer arguments want it";
    EXPECT_THAT(lines(), ElementsAre("upgrade", "before upgraded"));

    EXPECT_EQ(run_with("upgraded", "{}", 3).error_code, "payload_version");
    EXPECT_THAT(lines(), ElementsAre()) << "there was nothing to run";
}

TEST_F(FilterTest, OneOfThemIsEnough) {
    begin_worker("filtered_only_before");
    EXPECT_TRUE(told.ready.at(0).has_filters);
    EXPECT_EQ(run_with("succeed", "{}").how, How::succeeded);
    EXPECT_THAT(lines(), ElementsAre("before succeed", "run"));
    EXPECT_EQ(run_with("succeed", R"({"before": "refuse"})").how, How::fatal);

    begin_worker("filtered_only_after");
    EXPECT_EQ(run_with("fail", R"({"after": "forgive"})").how, How::succeeded);
    EXPECT_THAT(lines(), ElementsAre("after fail 1 smtp.refused the server said no"));
}

TEST_F(FilterTest, APluginOfAnOlderSdkHasNone) {
    for (const char* file : {"jobs", "no_get_extension_member", "unknown_extension"}) {
        begin_worker(file);
        EXPECT_FALSE(told.ready.at(0).has_filters) << file;
    }
    EXPECT_EQ(run_with("resize", "{}").how, How::succeeded);
}

struct FilterCrashTest : FilterTest, testing::WithParamInterface<const char*> {};
INSTANTIATE_TEST_SUITE_P(Places, FilterCrashTest, testing::Values("before", "after"));

TEST_P(FilterCrashTest, ACrashIsThatOfTheRun) {
    const std::string place = GetParam();
    begin_worker("filtered");
    const RunResult aborted = run_with("succeed", R"({")" + place + R"(": "abort"})");
    EXPECT_EQ(aborted.how, How::crashed);
    EXPECT_EQ(aborted.error_message, "killed by SIGABRT");

    begin_worker("filtered");
    const RunResult left = run_with("succeed", R"({")" + place + R"(": "exit"})");
    EXPECT_EQ(left.how, How::crashed);
    EXPECT_EQ(left.error_message, "exited with status 0 before the job ended");
}

TEST_P(FilterCrashTest, AnExceptionThatReachesTheHostIsACrash) {
    const std::string place = GetParam();
    begin_worker("throwing_filter");
    EXPECT_EQ(run_with("succeed", "{}").how, How::succeeded);
    const RunResult thrown = run_with("succeed", R"({")" + place + R"(": true})");
    EXPECT_EQ(thrown.how, How::crashed);
    EXPECT_EQ(thrown.error_message, "killed by SIGABRT");
    ASSERT_TRUE(wait_until([&] { return !told.ended.empty(); }));
    std::string printed;
    for (const RecordingObserver::Line& line : told.err)
        printed += line.text;
    EXPECT_THAT(printed, HasSubstr("thrown by " + place + "()"));
}

TEST_P(FilterCrashTest, OneThatHangsIsKilledLikeAJob) {
    const std::string place = GetParam();
    begin_worker("filtered");
    begin_run("succeed", R"({")" + place + R"(": "hang"})");
    ASSERT_TRUE(wait_until([&] { return lines().size() == (place == "before" ? 1u : 3u); }));
    process->ask_to_stop(JOBHOST_STOP_CANCEL);
    process->kill();
    const RunResult killed = finish();
    EXPECT_EQ(killed.how, How::crashed);
    EXPECT_TRUE(killed.was_killed);
}

}  // namespace
}  // namespace jobhost::host
