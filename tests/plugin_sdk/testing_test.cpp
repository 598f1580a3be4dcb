// jobhost/testing.hpp: what a job sees of the host there, and what a test sees of the job.
#include "tests/plugin_sdk/testing_job.hpp"

#include <jobhost/testing.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace jobhost::test {

namespace {

using namespace std::chrono_literals;
using jobhost::testing::Level;
using jobhost::testing::LogLine;
using jobhost::testing::Progress;
using jobhost::testing::run;
using ::testing::ElementsAre;
using ::testing::SizeIs;

enum class Format { png, jpeg };
JOBHOST_ENUM(Format, png, jpeg);

struct Size {
    int width = 0;
};
JOBHOST_ARGUMENTS(Size, required(width));

struct ReadArguments {
    std::string path;
    std::int64_t whole = 7;
    double number = 0;
    bool flag = false;
    std::optional<Format> format;
    std::vector<Size> sizes;
    std::map<std::string, int> weights;
};
JOBHOST_ARGUMENTS(ReadArguments, required(path), whole, number, flag, format, sizes, weights);

struct Read {
    static constexpr std::string_view name = "read";
    static std::string run(JobContext&, const ReadArguments& given) {
        std::ostringstream seen;
        seen << given.path << ' ' << given.whole << ' ' << given.number << ' ' << given.flag;
        if (given.format) seen << " format " << static_cast<int>(*given.format);
        for (const Size& size : given.sizes)
            seen << " +" << size.width;
        for (const auto& [key, weight] : given.weights)
            seen << ' ' << key << '=' << weight;
        return jobhost::json_text(seen.str());
    }
};

TEST(Testing, ArgumentsComeAsAStruct) {
    const auto read = run<Read>({.arguments = R"({"path":"\u00e9/\"","whole":-5e0,"number":2,"flag":true,
        "format":"jpeg","sizes":[{"width":1},{"width":2}],"weights":{"a/b~c":3,"d":null}})"});
    EXPECT_EQ(read.status, Status::bad_arguments);
    EXPECT_EQ(read.error_message, "/weights/d must be a whole number from -2147483648 to 2147483647");
    EXPECT_EQ(run<Read>({.arguments = R"({"path":"\u00e9/\"","whole":-5e0,"number":2,"flag":true,
        "format":"jpeg","sizes":[{"width":1},{"width":2}],"weights":{"a/b~c":3}})"})
                  .result,
              "\"\xC3\xA9/\\\" -5 2 1 format 1 +1 +2 a/b~c=3\"");
    EXPECT_EQ(run<Read>({.arguments = R"({"path":"p","whole":null})"}).result, "\"p 7 0 0\"");
}

TEST(Testing, WrongArgumentsAreRefusedAsByTheHost) {
    const std::pair<const char*, const char*> cases[] = {
        {R"({})", "/path is missing; it must be a text"},
        {R"({"path":1})", "/path must be a text"},
        {R"({"path":"p","whole":1.5})", "/whole must be a whole number"},
        {R"({"path":"p","whole":9223372036854775808})", "/whole must be a whole number"},
        {R"({"path":"p","whole":-9.3e18})", "/whole must be a whole number"},
        {R"({"path":"p","number":"1"})", "/number must be a number"},
        {R"({"path":"p","flag":0})", "/flag must be true or false"},
        {R"({"path":"p","format":"jpg"})", R"(/format must be "jpeg" or "png")"},
        {R"({"path":"p","sizes":{"0":1}})", "/sizes must be a list"},
        {R"({"path":"p","sizes":[{}]})",
         "/sizes/0/width is missing; it must be a whole number from -2147483648 to 2147483647"},
        {R"({"path":"p","weights":[]})", "/weights must be an object"},
        {R"({"pth":"p"})", "/pth is not an argument"},
    };
    for (const auto& [arguments, expected] : cases) {
        const auto read = run<Read>({.arguments = arguments});
        EXPECT_EQ(read.status, Status::bad_arguments) << arguments;
        EXPECT_EQ(read.error_message, expected) << arguments;
        EXPECT_EQ(read.result, "");
    }
}

TEST(Testing, WhatNoHostHandsOverIsAMistakeOfTheTest) {
    for (const char* arguments : {"", "[]", "7", "{", "{} {}"})
        EXPECT_THROW(run<Read>({.arguments = arguments}), std::invalid_argument) << arguments;
    EXPECT_THROW(run<Read>({.arguments = R"({"path":")" + std::string(1 << 20, 'x') + R"("})"}),
                 std::invalid_argument);
}

TEST(Testing, TheScratchFolderLivesAsLongAsWhatTheRunHasLeft) {
    std::filesystem::path path;
    {
        const auto first = run_that([&](JobContext& context) {
            EXPECT_TRUE(std::filesystem::is_empty(context.scratch_folder()));
            EXPECT_EQ(context.scratch_folder(), context.scratch_folder());
            std::ofstream(context.scratch_folder() / "draft") << "words";
        });
        ASSERT_TRUE(first.scratch_folder);
        path = *first.scratch_folder;
        const auto second = run_that([&](JobContext& context) { EXPECT_NE(context.scratch_folder(), path); });
        EXPECT_TRUE(std::filesystem::exists(path / "draft"));
        EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms::owner_all);
    }
    EXPECT_FALSE(std::filesystem::exists(path));
    EXPECT_FALSE(run_that([](JobContext&) {}).scratch_folder) << "it was not asked for";
}

TEST(Testing, EveryEndHasAStatus) {
    const auto end = [](std::function<void()> how) { return run_that([&](JobContext&) { how(); }); };
    EXPECT_EQ(end([] {}).status, Status::succeeded);
    EXPECT_EQ(end([] { throw jobhost::Cancelled(); }).status, Status::cancelled);
    EXPECT_EQ(end([] { throw jobhost::Yielded(); }).status, Status::yielded);
    EXPECT_EQ(end([] { throw jobhost::BadArguments("/a is odd"); }).status, Status::bad_arguments);
    EXPECT_EQ(end([] { throw std::runtime_error("broken"); }).error_code, "exception");

    const auto failed = end([] { throw jobhost::Error("smtp.refused", "busy", "at line 7"); });
    EXPECT_EQ(failed.status, Status::failed);
    EXPECT_EQ(failed.error_code, "smtp.refused");
    EXPECT_EQ(failed.error_message, "busy");
    EXPECT_EQ(failed.error_detail, "at line 7");
    EXPECT_EQ(end([] { throw jobhost::FatalError("gone", ""); }).status, Status::failed_for_good);

    const auto snoozed = end([] { throw jobhost::Snoozed(90s); });
    EXPECT_EQ(snoozed.status, Status::snoozed);
    EXPECT_EQ(snoozed.snoozed_for, 90s);
    EXPECT_EQ(end([] { throw jobhost::Snoozed(0s); }).error_code, "bad_snooze");

    std::ostringstream out;
    out << Status::failed_for_good;
    EXPECT_EQ(out.str(), "failed_for_good");
}

TEST(Testing, AResultCountsIfTheRunSucceedsAndIsJson) {
    EXPECT_EQ(run_that([](JobContext& context) {
                  context.set_result("1");
                  context.set_result("[2]");
              }).result,
              "[2]");
    EXPECT_EQ(run_that([](JobContext& context) {
                  context.set_result("1");
                  throw jobhost::Error("late", "");
              }).result,
              "");
    EXPECT_EQ(run_that([](JobContext& context) { context.set_result("{"); }).error_code, "result_not_json");
    const std::string large = jobhost::json_text(std::string(64 << 10, 'x'));
    EXPECT_EQ(run_that([&](JobContext& context) { context.set_result(large); }).error_code,
              "result_too_large");
}

TEST(Testing, FactsAreThoseOfTheTest) {
    const std::chrono::system_clock::time_point at{std::chrono::seconds{1'700'000'000}};
    const auto run = run_that(
        [&](JobContext& context) {
            EXPECT_EQ(context.id(), 5);
            EXPECT_EQ(context.lease(), 6);
            EXPECT_EQ(context.attempt(), 2u);
            EXPECT_EQ(context.scheduled_at(), at);
            EXPECT_EQ(context.definition(), "nightly");
            EXPECT_EQ(context.idempotency_key(), "jobhost-5");
            EXPECT_EQ(context.arguments_json(), R"({ "a":1 })");
            EXPECT_EQ(context.extension("jobhost.none/1"), nullptr);
        },
        {.arguments = R"({ "a":1 })",
         .id = 5,
         .lease = 6,
         .attempt = 2,
         .scheduled_at = at,
         .definition = "nightly"});
    EXPECT_EQ(run.status, Status::succeeded);
    run_that([](JobContext& context) { EXPECT_EQ(context.scheduled_at(), std::nullopt); });
}

TEST(Testing, LogAndProgressAreKept) {
    const auto run = run_that([](JobContext& context) {
        context.debug("one");
        context.warning("two \xFF");
        context.error(std::string(70 << 10, 'x'));
        context.progress(0.5, "half");
        context.progress(7, std::string(199, 'x') + "\xC3\xA9");
        context.progress(std::nan(""), "never");
    });
    ASSERT_THAT(run.log, SizeIs(3));
    EXPECT_EQ(run.log[0], (LogLine{Level::debug, "one"}));
    EXPECT_EQ(run.log[1], (LogLine{Level::warning, "two \xEF\xBF\xBD"}));
    EXPECT_EQ(run.log[2].text.size(), 64u << 10);
    EXPECT_THAT(run.progress, ElementsAre(Progress{0.5, "half"}, Progress{1, std::string(199, 'x')}));
    EXPECT_TRUE(run.has_logged("two"));
    EXPECT_FALSE(run.has_logged("three"));
}

TEST(Testing, WaitingMovesTheClockOnly) {
    const auto run = run_that([](JobContext& context) {
        context.wait_for(90s);
        context.wait_for(3min);
    });
    EXPECT_EQ(run.status, Status::succeeded);
    EXPECT_THAT(run.waits, ElementsAre(90s, 3min));
}

TEST(Testing, WhoWaitsPastTheTimeoutIsCancelled) {
    const auto for_ever = [](JobContext& context) {
        for (;;)
            context.wait_for(1min);
    };
    const auto by_type = run_that(for_ever);
    EXPECT_EQ(by_type.status, Status::cancelled);
    EXPECT_THAT(by_type.waits, SizeIs(5));
    EXPECT_THAT(run_that(for_ever, {.timeout = 90s}).waits, SizeIs(2));
    EXPECT_EQ(run_that([](JobContext& context) { context.wait_for(std::chrono::hours::max()); }).status,
              Status::cancelled);
}

TEST(Testing, AStopComesAfterAsManyLooksAsTheTestWants) {
    int rounds = 0;
    const auto count = [&](JobContext& context) {
        for (rounds = 0;; ++rounds) {
            context.check();
            context.wait_for(1ms);
        }
    };
    EXPECT_EQ(run_that(count, {.cancelled_after = 0}).status, Status::cancelled);
    EXPECT_EQ(rounds, 0);
    EXPECT_EQ(run_that(count, {.drained_after = 3}).status, Status::yielded);
    EXPECT_EQ(rounds, 1);
    EXPECT_EQ(run_that(count, {.cancelled_after = 4, .drained_after = 4}).status, Status::cancelled);
    EXPECT_EQ(rounds, 2);
    run_that(
        [](JobContext& context) {
            EXPECT_FALSE(context.stop_requested());
            EXPECT_TRUE(context.stop_requested());
            EXPECT_FALSE(context.cancel_requested());
            EXPECT_TRUE(context.cancel_requested());
        },
        {.cancelled_after = 3, .drained_after = 1});
}

TEST(Testing, ParentsAreThoseOfTheTest) {
    run_that(
        [](JobContext& context) {
            const std::vector<jobhost::EndedParent> parents = context.parents();
            ASSERT_THAT(parents, SizeIs(2));
            EXPECT_EQ(parents[0].id, 3);
            EXPECT_EQ(parents[0].result, "[1]");
            EXPECT_TRUE(parents[0].is_met);
            EXPECT_TRUE(parents[1].is_batch);
            EXPECT_FALSE(parents[1].is_met);
            EXPECT_TRUE(parents[1].is_result_cut);
            EXPECT_EQ(parents[1].on, "finished");
        },
        {.parents = {{.id = 3, .result = "[1]"},
                     {.id = 4, .is_batch = true, .is_met = false, .on = "finished", .is_result_cut = true}}});
}

struct NewerArguments {
    std::string text;
};
JOBHOST_ARGUMENTS(NewerArguments, required(text));
struct Newer {
    static constexpr std::string_view name = "newer";
    static constexpr std::uint32_t payload_version = 3;
    static constexpr std::uint32_t accepts_from = 2;
    static std::string upgrade(std::uint32_t from, std::string_view json) {
        if (json == "{}") throw jobhost::BadArguments("/txt is missing");
        if (json.find("list") != std::string_view::npos) return "[]";
        return R"({"text":"from )" + std::to_string(from) + R"("})";
    }
    static std::string run(JobContext&, const NewerArguments& given) {
        return jobhost::json_text(given.text);
    }
};

TEST(Testing, OlderArgumentsAreUpgraded) {
    EXPECT_EQ(run<Newer>({.arguments = R"({"text":"today"})"}).result, "\"today\"");
    EXPECT_EQ(run<Newer>({.arguments = R"({"text":"today"})", .payload_version = 3}).result, "\"today\"");
    EXPECT_EQ(run<Newer>({.arguments = R"({"txt":"old"})", .payload_version = 2}).result, "\"from 2\"");
    EXPECT_EQ(run<Newer>({.arguments = "{}", .payload_version = 2}).status, Status::bad_arguments);
    EXPECT_EQ(run<Newer>({.arguments = R"({"list":1})", .payload_version = 2}).error_code, "bad_upgrade");
    EXPECT_EQ(run<Newer>({.arguments = "{}", .payload_version = 1}).error_code, "payload_version");
    EXPECT_EQ(run<Newer>({.arguments = "{}", .payload_version = 4}).error_code, "payload_version");
    EXPECT_EQ(run<Read>({.arguments = "{}", .payload_version = 2}).status, Status::failed_for_good);
}

TEST(Testing, ThreadsOfAJobAndRunsBesideEachOtherAreFine) {
    const auto many = [] {
        const auto run = run_that([](JobContext& context) {
            std::vector<std::thread> threads;
            for (int i = 0; i < 4; ++i)
                threads.emplace_back([&context, i] {
                    for (int round = 0; round < 100; ++round) {
                        context.info("line");
                        context.progress(0.1);
                        context.stop_requested();
                        context.step(std::to_string(i) + "." + std::to_string(round), [] {});
                    }
                });
            for (std::thread& thread : threads)
                thread.join();
        });
        EXPECT_THAT(run.log, SizeIs(400));
        EXPECT_THAT(run.saved.steps, SizeIs(400));
    };
    std::vector<std::thread> runs;
    for (int i = 0; i < 4; ++i)
        runs.emplace_back(many);
    for (std::thread& thread : runs)
        thread.join();
}

TEST(Testing, ItLeavesTheHostAsItWas) {
    jobhost::detail::host.api.abi_minor = 77;
    run_that([](JobContext&) { EXPECT_NE(jobhost::detail::host.api.abi_minor, 77); });
    EXPECT_EQ(jobhost::detail::host.api.abi_minor, 77);
    EXPECT_THROW(run<Read>({.arguments = "{"}), std::invalid_argument);
    EXPECT_EQ(jobhost::detail::host.api.abi_minor, 77);
    // A job that runs another one in its test.
    run_that([](JobContext& context) {
        run<Read>();
        context.info("still here");
    });
    EXPECT_EQ(jobhost::detail::host.api.abi_minor, 77);
    jobhost::detail::host = {};
}

}  // namespace

}  // namespace jobhost::test
