// How runs end, what they are told, and how they stop, whichever compiler has made the plugin.
#include "tests/support/fake_plugin_host.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <tuple>

namespace jobhost::test {

using testing::ElementsAre;

std::string compiler_of(std::string_view file) {
    return file.ends_with("_by_clang.so") ? "clang" : "gcc";
}

class RunTest : public testing::TestWithParam<const char*> {
protected:
    void run(const std::string& type, FakeRun& run) { plugin_.run(type, run); }

    LoadedPlugin plugin_{std::filesystem::path(TEST_PLUGINS) / GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Compilers, RunTest, testing::Values("plugin_in_cpp.so", "plugin_in_cpp_by_clang.so"),
                         [](const auto& file) { return compiler_of(file.param); });

std::string text_argument(const std::string& text) {
    return R"({"text":")" + text + R"("})";
}

TEST_P(RunTest, PluginDescribesItself) {
    const jobhost_plugin& plugin = plugin_.plugin();
    EXPECT_EQ(view(plugin.name), "in_cpp");
    EXPECT_EQ(view(plugin.version), "1.2.0");
    EXPECT_EQ(plugin.job_type_count, 11u);

    const jobhost_job_type& inspect = plugin_.type("inspect");
    EXPECT_EQ(view(inspect.description), "Says what it was given");
    EXPECT_EQ(view(inspect.result_schema), R"({"type":"string"})");
    EXPECT_EQ(inspect.default_timeout_us, 180'000'000);
    EXPECT_EQ(inspect.flags, JOBHOST_JOB_IDEMPOTENT);
    EXPECT_EQ(inspect.payload_version, 2u);
}

TEST_P(RunTest, WhatIsThrownBecomesAStatus) {
    const std::string cut_code(100, 'c');
    const std::tuple<const char*, jobhost_status, const char*, const char*> cases[] = {
        {"nothing", JOBHOST_OK, "", ""},
        {"error", JOBHOST_FAILED, "smtp.refused", "the server is busy"},
        {"long_code", JOBHOST_FAILED, cut_code.c_str(), "the message stays"},
        {"fatal", JOBHOST_FATAL, "no_such_user", "nobody is called so"},
        {"bad_arguments", JOBHOST_BAD_ARGUMENTS, "bad_arguments", "/text must be something else"},
        {"cancelled", JOBHOST_CANCELLED, "", ""},
        {"yielded", JOBHOST_YIELDED, "", ""},
        {"bad_alloc", JOBHOST_FAILED, "out_of_memory", "out of memory"},
        {"exception", JOBHOST_FAILED, "exception", "something went wrong"},
        {"number", JOBHOST_FAILED, "unknown_exception", "something that is no std::exception was thrown"},
    };
    for (const auto& [how, status, code, message] : cases) {
        FakeRun failing({.arguments = text_argument(how)});
        run("fail", failing);
        EXPECT_EQ(failing.status, status) << how;
        EXPECT_EQ(failing.error_code, code) << how;
        EXPECT_EQ(failing.error_message, message) << how;
    }
}

TEST_P(RunTest, EachRunHasAnObjectOfItsOwnHoweverItEnds) {
    const auto objects = [&](const std::string& how) {
        FakeRun counting({.arguments = text_argument(how)});
        run("objects", counting);
        return std::string{counting.result_json().as_string()};
    };
    EXPECT_EQ(objects("return"), "1 1 1");
    EXPECT_EQ(objects("throw"), "2 1 1");
    EXPECT_EQ(objects("return"), "3 1 1");
}

TEST_P(RunTest, FactsLogAndProgressPassTheBorder) {
    FakeRun facts({.id = 5,
                   .lease = 6,
                   .attempt = 2,
                   .scheduled_at = 1'700'000'000'000'001,
                   .idempotency_key = "key",
                   .definition = "nightly",
                   .arguments = R"({"a":1})"});
    run("facts", facts);

    EXPECT_EQ(facts.status, JOBHOST_OK);
    EXPECT_EQ(facts.result_json().as_string(), R"(5 6 2 1700000000000001 key nightly {"a":1})");
    EXPECT_THAT(facts.log,
                ElementsAre(LogLine{JOBHOST_LOG_DEBUG, "debug"}, LogLine{JOBHOST_LOG_INFO, "info"},
                            LogLine{JOBHOST_LOG_WARNING, "warning"}, LogLine{JOBHOST_LOG_ERROR, "error"}));
    EXPECT_THAT(facts.progress, ElementsAre(0.5));
}

TEST_P(RunTest, WaitingEndsWhenAStopIsRequested) {
    FakeRun cancelled({.arguments = text_argument("wait")});
    cancelled.stop_when_logged("waiting", JOBHOST_STOP_CANCEL);
    run("wait", cancelled);
    EXPECT_EQ(cancelled.status, JOBHOST_CANCELLED);

    FakeRun drained({.arguments = text_argument("for_ever")});
    drained.stop_when_logged("waiting", JOBHOST_STOP_DRAIN);
    run("wait", drained);
    EXPECT_EQ(drained.status, JOBHOST_YIELDED);
}

TEST_P(RunTest, AFailureMayBringDetail) {
    FakeRun failed({.arguments = text_argument("detail")});
    run("fail", failed);
    EXPECT_EQ(failed.status, JOBHOST_FATAL);
    EXPECT_EQ(failed.error_message, "nobody is called so");
    EXPECT_EQ(failed.detail, "at line 7");
}

TEST_P(RunTest, ARunHasAFolderForItsFiles) {
    const TemporaryFolder folder;
    FakeRun asking({.arguments = text_argument("scratch")});
    asking.scratch_folder = folder.path();
    run("ask", asking);
    ASSERT_EQ(asking.status, JOBHOST_OK) << asking.error_message;
    EXPECT_EQ(asking.result_json().as_string(), folder.path().string());
    EXPECT_TRUE(std::filesystem::exists(folder / "draft"));
}

TEST_P(RunTest, WhereThereIsNoPlaceForFilesTheRunFails) {
    FakeRun without({.arguments = text_argument("scratch")});
    run("ask", without);
    EXPECT_EQ(without.status, JOBHOST_FATAL);
    EXPECT_EQ(without.error_code, "unsupported");

    FakeRun full({.arguments = text_argument("scratch")});
    full.scratch_folder = "/nowhere";
    full.answer = JOBHOST_FAILED;
    run("ask", full);
    EXPECT_EQ(full.status, JOBHOST_FAILED) << "there may be room later";
    EXPECT_EQ(full.error_message, "scratch_folder: the host says no");
}

TEST_P(RunTest, OlderArgumentsAreUpgradedOnRequest) {
    const jobhost_job_type& type = plugin_.type("newer");
    EXPECT_EQ(type.accepts_from, 2u);
    EXPECT_EQ(plugin_.type("inspect").accepts_from, 0u);
    FakeRun newer;
    std::string taken;
    const auto take = [](void* to, jobhost_text json) { *static_cast<std::string*>(to) = view(json); };
    EXPECT_EQ(type.upgrade(&type, newer.context(), 2, {"{\"a\":1}", 7}, take, &taken), JOBHOST_OK);
    EXPECT_EQ(taken, R"({"text":"from 2"})");
    EXPECT_EQ(type.upgrade(&type, newer.context(), 2, {"{}", 2}, take, &taken), JOBHOST_BAD_ARGUMENTS);
    EXPECT_EQ(newer.error_message, "/text is missing");
}

TEST_P(RunTest, AJobMaySnooze) {
    FakeRun snoozed({.arguments = text_argument("snoozed")});
    run("fail", snoozed);
    EXPECT_EQ(snoozed.status, JOBHOST_SNOOZE);
    EXPECT_EQ(snoozed.snooze_us, 90'000'000);

    for (const char* how : {"snoozed_for_nothing", "snoozed_for_ever"}) {
        FakeRun refused({.arguments = text_argument(how)});
        run("fail", refused);
        EXPECT_EQ(refused.status, JOBHOST_FATAL) << how;
        EXPECT_EQ(refused.error_code, "bad_snooze") << how;
    }
}

TEST_P(RunTest, CancellingOutranksDraining) {
    FakeRun both({.arguments = text_argument("check")});
    both.stop(JOBHOST_STOP_DRAIN | JOBHOST_STOP_CANCEL);
    run("wait", both);
    EXPECT_EQ(both.status, JOBHOST_CANCELLED);
}

TEST_P(RunTest, AJobMayLookWithoutStopping) {
    FakeRun drained({.arguments = text_argument("look")});
    drained.stop(JOBHOST_STOP_DRAIN);
    run("wait", drained);
    EXPECT_EQ(drained.result, "\"stop\"");

    FakeRun cancelled({.arguments = text_argument("look")});
    cancelled.stop(JOBHOST_STOP_CANCEL);
    run("wait", cancelled);
    EXPECT_EQ(cancelled.result, "\"cancel\"");
}

TEST_P(RunTest, AResultThatTheHostRefusesFailsForGood) {
    FakeRun not_json({.arguments = text_argument("no json")});
    run("result", not_json);
    EXPECT_EQ(not_json.status, JOBHOST_FATAL);
    EXPECT_EQ(not_json.error_code, "result_not_json");

    FakeRun too_large({.arguments = text_argument(std::string(70'000, '1'))});
    run("result", too_large);
    EXPECT_EQ(too_large.status, JOBHOST_FATAL);
    EXPECT_EQ(too_large.error_code, "result_too_large");
}

}  // namespace jobhost::test
