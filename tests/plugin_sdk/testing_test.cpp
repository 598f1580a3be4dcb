// jobhost/testing.hpp: what a job sees of the host there, and what a test sees of the job.
#include <jobhost/testing.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using jobhost::JobContext;
using jobhost::testing::Given;
using jobhost::testing::Level;
using jobhost::testing::LogLine;
using jobhost::testing::Progress;
using jobhost::testing::run;
using jobhost::testing::Run;
using jobhost::testing::Saved;
using jobhost::testing::Status;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
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

// Does what the test wants; each test sets it for itself.
struct Do {
    static constexpr std::string_view name = "do";
    static constexpr std::chrono::minutes timeout{5};
    static std::function<void(JobContext&)>& what() {
        static thread_local std::function<void(JobContext&)> it;
        return it;
    }
    static void run(JobContext& context) { what()(context); }
};

Run run_that(std::function<void(JobContext&)> what, const Given& given = {}) {
    Do::what() = std::move(what);
    return run<Do>(given);
}

// The words with which the host refuses what the job does.
std::string refusal(std::function<void(JobContext&)> what, const Given& given = {}) {
    const auto run = run_that(std::move(what), given);
    EXPECT_EQ(run.status, Status::failed_for_good);
    EXPECT_EQ(run.error_code, "refused");
    return run.error_message;
}

TEST(Testing, ArgumentsComeAsAStruct) {
    const auto run = ::run<Read>({.arguments = R"({"path":"\u00e9/\"","whole":-5e0,"number":2,"flag":true,
        "format":"jpeg","sizes":[{"width":1},{"width":2}],"weights":{"a/b~c":3,"d":null}})"});
    EXPECT_EQ(run.status, Status::bad_arguments);
    EXPECT_EQ(run.error_message, "/weights/d must be a whole number from -2147483648 to 2147483647");
    EXPECT_EQ(::run<Read>({.arguments = R"({"path":"\u00e9/\"","whole":-5e0,"number":2,"flag":true,
        "format":"jpeg","sizes":[{"width":1},{"width":2}],"weights":{"a/b~c":3}})"})
                  .result,
              "\"\xC3\xA9/\\\" -5 2 1 format 1 +1 +2 a/b~c=3\"");
    EXPECT_EQ(::run<Read>({.arguments = R"({"path":"p","whole":null})"}).result, "\"p 7 0 0\"");
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
        const auto run = ::run<Read>({.arguments = arguments});
        EXPECT_EQ(run.status, Status::bad_arguments) << arguments;
        EXPECT_EQ(run.error_message, expected) << arguments;
        EXPECT_EQ(run.result, "");
    }
}

TEST(Testing, WhatNoHostHandsOverIsAMistakeOfTheTest) {
    for (const char* arguments : {"", "[]", "7", "{", "{} {}"})
        EXPECT_THROW(run<Read>({.arguments = arguments}), std::invalid_argument) << arguments;
    EXPECT_THROW(run<Read>({.arguments = R"({"path":")" + std::string(1 << 20, 'x') + R"("})"}),
                 std::invalid_argument);
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

// Converts files from where the last run stopped.
struct Convert {
    static constexpr std::string_view name = "convert";
    static void run(JobContext& context) {
        int at = context.checkpoint() ? std::stoi(std::string(*context.checkpoint())) : 0;
        for (; at < 5; ++at) {
            context.check();
            context.info("file " + std::to_string(at));
            context.save_checkpoint(std::to_string(at + 1));
        }
    }
};

TEST(Testing, AFurtherRunGoesOnWithWhatWasSaved) {
    const auto first = run<Convert>({.drained_after = 2});
    EXPECT_EQ(first.status, Status::yielded);
    EXPECT_EQ(first.saved.checkpoint, "2");
    const auto second = run<Convert>({.attempt = 2, .saved = first.saved});
    EXPECT_EQ(second.status, Status::succeeded);
    EXPECT_THAT(second.log, ElementsAre(LogLine{Level::info, "file 2"}, LogLine{Level::info, "file 3"},
                                        LogLine{Level::info, "file 4"}));
}

TEST(Testing, AStepIsDoneOnce) {
    int done = 0;
    bool is_broken = true;
    const auto work = [&](JobContext& context) {
        EXPECT_EQ(context.step("invoice", [&] { return std::to_string(++done); }), "1");
        EXPECT_EQ(context.step("invoice", [&] { return std::to_string(++done); }), "1");
        if (is_broken) throw jobhost::Error("smtp", "busy");
        context.step("mail", [] {});
    };
    const auto first = run_that(work);
    EXPECT_EQ(first.status, Status::failed);
    EXPECT_THAT(first.saved.steps, ElementsAre(std::pair("invoice", "1")));
    is_broken = false;
    const auto second = run_that(work, {.saved = first.saved});
    EXPECT_THAT(second.saved.steps, ElementsAre(std::pair("invoice", "1"), std::pair("mail", "null")));
    EXPECT_EQ(done, 1);
}

TEST(Testing, WhatIsSavedHasTheLimitsOfTheHost) {
    const std::string large = jobhost::json_text(std::string(1 << 20, 'x'));
    EXPECT_EQ(run_that([&](JobContext& context) { context.save_checkpoint(large); }).error_code, "too_large");
    EXPECT_EQ(run_that([&](JobContext& context) { context.step("a", [&] { return large; }); }).error_code,
              "too_large");
    EXPECT_EQ(refusal([](JobContext& context) { context.save_checkpoint("{a}"); }),
              "save_checkpoint: this is not JSON");
    const std::string names[] = {"", "jobhost.mine", std::string(201, 'x'), "\xFF", std::string("ab\0", 3)};
    for (const std::string& name : names)
        EXPECT_THAT(refusal([&](JobContext& context) { context.step(name, [] {}); }),
                    ::testing::AnyOf(HasSubstr("a step's name is 1 to 200 bytes"), "ab"));
    EXPECT_EQ(run_that([&](JobContext& context) {
                  for (int i = 0; i <= 10'000; ++i)
                      context.step(std::to_string(i), [] {});
              }).saved.steps.size(),
              10'000u);
}

TEST(Testing, JobsAreHandedIn) {
    std::vector<std::string> ids;
    const auto run = run_that([&](JobContext& context) {
        context.enqueue_on_success(R"({"type":"mail.send","args":{"to": "ada"},"in":"10m"})");
        ids = context.enqueue(R"([{"type":"a.b"},{"type":"nightly","args":{}}])");
    });
    EXPECT_EQ(run.status, Status::succeeded) << run.error_message;
    EXPECT_THAT(ids, ElementsAre("1001", "1002"));
    ASSERT_THAT(run.enqueued, SizeIs(2));
    EXPECT_EQ(run.enqueued[0].type, "a.b");
    EXPECT_EQ(run.enqueued[0].arguments, "");
    EXPECT_EQ(run.enqueued[1].arguments, "{}");
    ASSERT_THAT(run.enqueued_on_success, SizeIs(1));
    EXPECT_EQ(run.enqueued_on_success[0].type, "mail.send");
    EXPECT_EQ(run.enqueued_on_success[0].arguments, R"({"to": "ada"})");
    EXPECT_EQ(run.enqueued_on_success[0].json, R"({"type":"mail.send","args":{"to": "ada"},"in":"10m"})");
}

TEST(Testing, ABatchHasAnIdForEachMember) {
    std::vector<std::string> ids;
    const auto run = run_that([&](JobContext& context) {
        ids = context.enqueue(R"({"batch":{"name":"n","for_each":["x","y"],
            "jobs":{"a":{"type":"t.t","args":{"x":"${item}"}},"b":{"type":"t.t","after":"a"}},
            "batches":[{"name":"inner","jobs":[{"name":"c","type":"t.t"}]}],
            "then":{"d":{"type":"t.t","on":"finished"}}}})");
    });
    EXPECT_EQ(run.status, Status::succeeded) << run.error_message;
    EXPECT_THAT(ids, SizeIs(2 + 4 + 1 + 1));
    ASSERT_THAT(run.enqueued, SizeIs(1));
    EXPECT_EQ(run.enqueued[0].type, "");
}

TEST(Testing, WhatIsHandedInOnSuccessCountsOnSuccessOnly) {
    const auto run = run_that([](JobContext& context) {
        context.enqueue(R"({"type":"a.now"})");
        context.enqueue_on_success(R"({"type":"a.later"})");
        throw jobhost::Error("late", "");
    });
    EXPECT_THAT(run.enqueued, SizeIs(1));
    EXPECT_THAT(run.enqueued_on_success, IsEmpty());
}

TEST(Testing, AnotherRunHandsInNothingTwice) {
    std::vector<std::string> ids;
    std::string second = R"({"type":"b.b","args":{"x":1,"y":"\u0041"}})";
    const auto work = [&](JobContext& context) {
        ids = context.enqueue(R"([{"type":"a.a"},{"type":"a.a"}])");
        for (std::string& id : context.enqueue(second))
            ids.push_back(std::move(id));
        if (context.attempt() > 1)
            for (std::string& id : context.enqueue(R"({"type":"c.c"})"))
                ids.push_back(std::move(id));
    };
    const auto first = run_that(work);
    EXPECT_THAT(first.enqueued, SizeIs(3));
    second = R"( {"args": {"y":"A","x":1.0}, "type":"b.b"} )";  // says the same
    const auto again = run_that(work, {.attempt = 2, .saved = first.saved});
    EXPECT_THAT(again.enqueued, SizeIs(1));
    EXPECT_EQ(again.enqueued[0].type, "c.c");
    EXPECT_THAT(ids, ElementsAre("1001", "1002", "1003", "1004"));

    second = R"({"type":"b.b"})";
    EXPECT_THAT(refusal(work, {.attempt = 2, .saved = first.saved}),
                HasSubstr("call 2 asked for something else in an earlier run"));
}

TEST(Testing, JobsThatNoHostTakesAreRefused) {
    const auto enqueue = [](const std::string& json) {
        return refusal([&](JobContext& context) { context.enqueue(json); });
    };
    const std::pair<const char*, const char*> cases[] = {
        {"{", "this is not JSON"},
        {"[]", "there is no job in it"},
        {"7", "it must be a JSON object"},
        {"{}", "'type' is missing"},
        {R"({"type":7})", "'type' must be a text"},
        {R"({"type":"a.b","arg":{}})", "'arg' is not known here"},
        {R"({"type":"a.b","args":[]})", "the arguments must be a JSON object"},
        {R"({"type":"a.b","in":"1m","at":"2026-12-01T09:00:00Z"})", "not by both"},
        {R"([{"type":"a.b"},{}])", "'type' is missing"},
        {R"({"batch":{"jobs":{}},"queue":"q"})", "beside 'batch' nothing is known"},
        {R"({"batch":{}})", "the batch has no member"},
        {R"({"batch":7})", "it must be a JSON object"},
        {R"({"batch":{"jobs":7}})", "must be a mapping by names, or a list"},
        {R"({"batch":{"jobs":[{"type":"a.b","batch":"7"}]}})", "'batch' cannot be said here"},
        {R"({"batch":{"jobs":[{"type":"a.b"}],"for_each":{"file":"x.csv"}}})", "must be a list here"},
        {R"({"batch":{"jobs":[{"type":"a.b","nme":"c"}]}})", "'nme' is not known here"},
    };
    for (const auto& [json, expected] : cases)
        EXPECT_THAT(enqueue(json), HasSubstr(expected)) << json;
    EXPECT_THAT(refusal([](JobContext& context) {
                    context.enqueue_on_success(R"({"batch":{"jobs":[{"type":"a.b"}]}})");
                }),
                HasSubstr("a batch cannot be handed in on success"));
}

std::string jobs(int count, const std::string& arguments = "{}") {
    std::string list;
    for (int i = 0; i < count; ++i)
        list += (i == 0 ? "" : ",") + (R"({"type":"a.b","args":)" + arguments + "}");
    return "[" + list + "]";
}

TEST(Testing, WhatIsHandedInHasTheLimitsOfTheHost) {
    EXPECT_EQ(run_that([](JobContext& context) { context.enqueue(jobs(1000)); }).enqueued.size(), 1000u);
    EXPECT_THAT(refusal([](JobContext& context) { context.enqueue(jobs(1001)); }),
                HasSubstr("at most 1000 jobs and batches"));
    EXPECT_EQ(run_that([](JobContext& context) {
                  context.enqueue(jobs(1, jobhost::json_text(std::string(1 << 20, 'x'))));
              }).error_code,
              "too_large");

    const auto too_many = run_that([](JobContext& context) {
        context.enqueue_on_success(jobs(999));
        EXPECT_THROW(context.enqueue_on_success(jobs(2)), jobhost::FatalError);
        context.enqueue_on_success(jobs(1));
    });
    EXPECT_THAT(too_many.enqueued_on_success, SizeIs(1000));
    const std::string large = R"({"x":")" + std::string(1'000'000, 'x') + R"("})";
    EXPECT_EQ(run_that([&](JobContext& context) {
                  for (int i = 0; i < 5; ++i)
                      context.enqueue_on_success(jobs(1, large));
              }).error_code,
              "too_large");
}

TEST(Testing, TheHostMayAnswerBadly) {
    const auto all = [](JobContext& context) { context.save_checkpoint("1"); };
    EXPECT_EQ(run_that(all, {.answer = JOBHOST_UNAVAILABLE}).error_code, "host_unavailable");
    EXPECT_EQ(run_that(all, {.answer = JOBHOST_LOST}).error_code, "lost");
    const auto enqueue = [](JobContext& context) { context.enqueue(R"({"type":"a.b"})"); };
    const auto refused = run_that(enqueue, {.answer = JOBHOST_FAILED});
    EXPECT_EQ(refused.status, Status::failed);
    EXPECT_EQ(refused.error_code, "refused");
    EXPECT_THAT(refused.enqueued, IsEmpty());
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
        run<Convert>();
        context.info("still here");
    });
    EXPECT_EQ(jobhost::detail::host.api.abi_minor, 77);
    jobhost::detail::host = {};
}

}  // namespace
