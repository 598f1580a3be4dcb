// jobhost/testing.hpp: what a job saves and hands in there.
#include "tests/plugin_sdk/testing_job.hpp"

#include <jobhost/testing.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace jobhost::test {

namespace {

using jobhost::testing::Level;
using jobhost::testing::LogLine;
using jobhost::testing::run;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

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

TEST(TestingSaved, AFurtherRunGoesOnWithWhatWasSaved) {
    const auto first = run<Convert>({.drained_after = 2});
    EXPECT_EQ(first.status, Status::yielded);
    EXPECT_EQ(first.saved.checkpoint, "2");
    const auto second = run<Convert>({.attempt = 2, .saved = first.saved});
    EXPECT_EQ(second.status, Status::succeeded);
    EXPECT_THAT(second.log, ElementsAre(LogLine{Level::info, "file 2"}, LogLine{Level::info, "file 3"},
                                        LogLine{Level::info, "file 4"}));
}

TEST(TestingSaved, AStepIsDoneOnce) {
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

TEST(TestingSaved, WhatIsSavedHasTheLimitsOfTheHost) {
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

TEST(TestingSaved, JobsAreHandedIn) {
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

TEST(TestingSaved, ABatchHasAnIdForEachMember) {
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

TEST(TestingSaved, WhatIsHandedInOnSuccessCountsOnSuccessOnly) {
    const auto run = run_that([](JobContext& context) {
        context.enqueue(R"({"type":"a.now"})");
        context.enqueue_on_success(R"({"type":"a.later"})");
        throw jobhost::Error("late", "");
    });
    EXPECT_THAT(run.enqueued, SizeIs(1));
    EXPECT_THAT(run.enqueued_on_success, IsEmpty());
}

TEST(TestingSaved, AnotherRunHandsInNothingTwice) {
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

TEST(TestingSaved, JobsThatNoHostTakesAreRefused) {
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
        {R"({"type":"a.b","type":"a.b"})", "a name stands there twice"},
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

TEST(TestingSaved, WhatIsHandedInHasTheLimitsOfTheHost) {
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

TEST(TestingSaved, TheHostMayAnswerBadly) {
    const auto all = [](JobContext& context) { context.save_checkpoint("1"); };
    EXPECT_EQ(run_that(all, {.answer = JOBHOST_UNAVAILABLE}).error_code, "host_unavailable");
    EXPECT_EQ(run_that(all, {.answer = JOBHOST_LOST}).error_code, "lost");
    const auto enqueue = [](JobContext& context) { context.enqueue(R"({"type":"a.b"})"); };
    const auto refused = run_that(enqueue, {.answer = JOBHOST_FAILED});
    EXPECT_EQ(refused.status, Status::failed);
    EXPECT_EQ(refused.error_code, "refused");
    EXPECT_THAT(refused.enqueued, IsEmpty());
}

}  // namespace

}  // namespace jobhost::test
