// jobhost/filters.hpp: what lies around a run, and what it can make of it.
#include "tests/plugin_sdk/testing_job.hpp"
#include "tests/support/fake_plugin_host.hpp"

#include <jobhost/testing.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace jobhost::test {

namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// What the filters of a test do beside logging; each test sets it for itself.
struct Plan {
    std::function<void()> outer_before, inner_before, inner_made;
    std::function<void(Outcome&)> outer_after, inner_after;
};
Plan& plan() {
    static thread_local Plan of_this_test;
    return of_this_test;
}

template <class What, class... Given>
void do_if_planned(const What& what, Given&... given) {
    if (what) what(given...);
}

std::string words(const Outcome& outcome) {
    return std::string(to_text(outcome.status())) + " " + outcome.error_code() + " " +
           outcome.error_message();
}

struct Outer {
    static void before(JobContext& context, std::string_view type) {
        context.info("outer before " + std::string(type));
        do_if_planned(plan().outer_before);
    }
    static void after(JobContext& context, std::string_view, Outcome& outcome) {
        context.info("outer after " + words(outcome));
        do_if_planned(plan().outer_after, outcome);
    }
};
struct Inner {
    Inner() { do_if_planned(plan().inner_made); }
    void before(JobContext& context, std::string_view) {
        context.info("inner before");
        ++calls;
        do_if_planned(plan().inner_before);
    }
    void after(JobContext& context, std::string_view, Outcome& outcome) {
        context.info("inner after " + words(outcome) + std::to_string(++calls));
        do_if_planned(plan().inner_after, outcome);
    }
    int calls = 0;
};
struct OnlyBefore {
    static void before(JobContext& context, std::string_view) { context.info("only before"); }
};
struct OnlyAfter {
    static void after(JobContext& context, std::string_view, const Outcome&) { context.info("only after"); }
};

using Both = Filters<Outer, Inner>;

Run run_within(std::function<void(JobContext&)> what, const Given& given = {}) {
    Do::what() = std::move(what);
    return jobhost::testing::run<Do, Both>(given);
}
std::vector<std::string> lines(const Run& run) {
    std::vector<std::string> all;
    for (const jobhost::testing::LogLine& line : run.log)
        all.push_back(line.text);
    return all;
}
void log_run(JobContext& context) {
    context.info("run");
}

class FiltersTest : public ::testing::Test {
protected:
    void TearDown() override { plan() = {}; }
};

TEST_F(FiltersTest, TheyLieWithinEachOther) {
    const auto run = run_within([](JobContext& context) {
        context.info("run");
        context.set_result("7");
    });
    EXPECT_EQ(run.status, Status::succeeded);
    EXPECT_EQ(run.result, "7");
    EXPECT_THAT(lines(run), ElementsAre("outer before do", "inner before", "run", "inner after succeeded  2",
                                        "outer after succeeded  "));
}

TEST_F(FiltersTest, EachRunHasObjectsOfItsOwn) {
    for (int round = 0; round < 2; ++round)
        EXPECT_TRUE(run_within(log_run).has_logged("inner after succeeded  2"));
}

TEST_F(FiltersTest, OneOfTheFunctionsIsEnough) {
    Do::what() = log_run;
    const auto run = jobhost::testing::run<Do, Filters<OnlyBefore, OnlyAfter>>();
    EXPECT_THAT(lines(run), ElementsAre("only before", "run", "only after"));
    EXPECT_THAT(lines(jobhost::testing::run<Do>()), ElementsAre("run")) << "none was asked for";
}

TEST_F(FiltersTest, TheySeeHowARunFailed) {
    const auto run = run_within([](JobContext&) { throw Error("smtp.refused", "busy", "at line 7"); });
    EXPECT_EQ(run.status, Status::failed);
    EXPECT_EQ(run.error_detail, "at line 7");
    EXPECT_THAT(lines(run),
                ElementsAre("outer before do", "inner before", "inner after failed smtp.refused busy2",
                            "outer after failed smtp.refused busy"));
    EXPECT_TRUE(run_within([](JobContext&) {
                    throw BadArguments("/a is odd");
                }).has_logged("outer after bad_arguments bad_arguments /a is odd"));
    EXPECT_TRUE(
        run_within([](JobContext& context) { context.wait_for(1h); }).has_logged("outer after cancelled  "));
    EXPECT_TRUE(run_within([](JobContext&) { throw Snoozed(90s); }).has_logged("outer after snoozed  "));
}

TEST_F(FiltersTest, BeforeThatThrowsEndsTheRunAndThoseAroundItAreTold) {
    plan().inner_before = [] { throw FatalError("not_allowed", "not on a Sunday"); };
    const auto run = run_within(log_run);
    EXPECT_EQ(run.status, Status::failed_for_good);
    EXPECT_EQ(run.error_code, "not_allowed");
    EXPECT_THAT(lines(run), ElementsAre("outer before do", "inner before",
                                        "outer after failed_for_good not_allowed not on a Sunday"));

    plan().outer_before = [] { throw Snoozed(90s); };
    const auto snoozed = run_within(log_run);
    EXPECT_EQ(snoozed.status, Status::snoozed);
    EXPECT_EQ(snoozed.snoozed_for, 90s);
    EXPECT_THAT(lines(snoozed), ElementsAre("outer before do"));
}

TEST_F(FiltersTest, AConstructorThatThrowsIsABeforeThatThrows) {
    plan().inner_made = [] { throw std::runtime_error("no memory for it"); };
    const auto run = run_within(log_run);
    EXPECT_EQ(run.status, Status::failed);
    EXPECT_THAT(lines(run), ElementsAre("outer before do", "outer after failed exception no memory for it"));
}

TEST_F(FiltersTest, BeforeMayAskWhetherToStop) {
    plan().inner_before = [] { throw Yielded(); };
    EXPECT_TRUE(run_within(log_run).has_logged("outer after yielded"));
}

TEST_F(FiltersTest, WhatAfterThrowsCountsInstead) {
    plan().inner_after = [](Outcome&) { throw Error("audit", "no paper"); };
    const auto run = run_within(log_run);
    EXPECT_EQ(run.status, Status::failed);
    EXPECT_EQ(run.error_code, "audit");
    EXPECT_TRUE(run.has_logged("outer after failed audit no paper"));

    plan().outer_after = [](Outcome&) { throw Snoozed(5s); };
    const auto snoozed = run_within(log_run);
    EXPECT_EQ(snoozed.status, Status::snoozed);
    EXPECT_EQ(snoozed.snoozed_for, 5s);
    EXPECT_EQ(snoozed.error_code, "");

    plan().outer_after = [](Outcome&) { throw 5; };
    const auto thrown = run_within([](JobContext&) { throw Snoozed(90s); });
    EXPECT_EQ(thrown.error_code, "unknown_exception");
    EXPECT_EQ(thrown.snoozed_for, 0s);
}

TEST_F(FiltersTest, AFailureMayBeMadeASuccess) {
    plan().inner_after = [](Outcome& outcome) { outcome.succeed(); };
    const auto run = run_within([](JobContext& context) {
        context.set_result("\"half\"");
        context.enqueue_on_success(R"({"type":"mail.send"})");
        throw FatalError("no_such_user", "nobody is called so");
    });
    EXPECT_EQ(run.status, Status::succeeded);
    EXPECT_EQ(run.result, "\"half\"");
    EXPECT_EQ(run.error_code, "");
    EXPECT_EQ(run.enqueued_on_success.size(), 1u);
    EXPECT_TRUE(run.has_logged("outer after succeeded  "));
}

TEST_F(FiltersTest, WhatHasNotRunIsNoSuccess) {
    plan().inner_before = [] { throw FatalError("not_allowed", "not on a Sunday"); };
    plan().outer_after = [](Outcome& outcome) { outcome.succeed(); };
    const auto run = run_within(log_run);
    EXPECT_EQ(run.status, Status::failed_for_good);
    EXPECT_EQ(run.error_code, "not_allowed");
    EXPECT_FALSE(run.has_logged("run"));
}

struct Newer {
    static constexpr std::string_view name = "newer";
    static constexpr std::uint32_t payload_version = 2;
    static constexpr std::uint32_t accepts_from = 1;
    static std::string upgrade(std::uint32_t, std::string_view) { return R"({"newer":true})"; }
    static void run(JobContext&) {}
};
struct Look {
    static void before(JobContext& context, std::string_view) {
        context.info(std::string(context.arguments_json()));
    }
};

TEST_F(FiltersTest, OlderArgumentsAreUpgradedBefore) {
    const auto run = jobhost::testing::run<Newer, Filters<Look>>({.payload_version = 1});
    EXPECT_THAT(lines(run), ElementsAre(R"({"newer":true})"));
    const auto refused = jobhost::testing::run<Newer, Filters<Look>>({.payload_version = 3});
    EXPECT_EQ(refused.error_code, "payload_version");
    EXPECT_THAT(lines(refused), IsEmpty());
}

TEST_F(FiltersTest, RunsOnSeveralThreadsDoNotMeet) {
    std::atomic<int> right{0};
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int round = 0; round < 200; ++round)
                right += run_within(log_run).has_logged("inner after succeeded  2") ? 1 : 0;
        });
    threads.clear();
    EXPECT_EQ(right, 800);
}

// Counts those that are left.
struct Counted {
    Counted() { ++alive(); }
    ~Counted() { --alive(); }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;
    static void before(JobContext& context, std::string_view) { context.info(std::to_string(alive())); }
    static int& alive() {
        static int count = 0;
        return count;
    }
};

TEST_F(FiltersTest, ObjectsGoHoweverTheRunEnds) {
    using List = Filters<Outer, Counted, Inner>;
    Do::what() = log_run;
    EXPECT_TRUE((jobhost::testing::run<Do, List>().has_logged("1")));
    EXPECT_EQ(Counted::alive(), 0);
    Do::what() = [](JobContext&) { throw 5; };
    jobhost::testing::run<Do, List>();
    EXPECT_EQ(Counted::alive(), 0);
    plan().inner_before = [] { throw 5; };
    jobhost::testing::run<Do, List>();
    EXPECT_EQ(Counted::alive(), 0);
}

class AuditedTest : public ::testing::TestWithParam<const char*> {
protected:
    const std::filesystem::path file_ = std::filesystem::path(TEST_PLUGINS) / GetParam();
};
INSTANTIATE_TEST_SUITE_P(Compilers, AuditedTest, ::testing::Values("audited.so", "audited_by_clang.so"),
                         [](const auto& file) { return file.index == 0 ? "gcc" : "clang"; });

TEST_P(AuditedTest, ThePluginOffersItsFiltersAndNothingElse) {
    const LoadedPlugin plugin(file_);
    const auto ask = [&](std::string_view id) {
        return plugin.plugin().get_extension({id.data(), id.size()});
    };
    const auto* filters = static_cast<const jobhost_filter_api*>(ask(JOBHOST_FILTER_ID));
    ASSERT_TRUE(JOBHOST_HAS(filters, before));
    EXPECT_TRUE(JOBHOST_HAS(filters, after));
    EXPECT_EQ(ask("jobhost.filter/2"), nullptr);
    EXPECT_EQ(ask(""), nullptr);

    const LoadedPlugin without(PLUGIN_IN_CPP);
    EXPECT_EQ(without.plugin().get_extension({JOBHOST_FILTER_ID, sizeof JOBHOST_FILTER_ID - 1}), nullptr);
}

TEST_P(AuditedTest, AHostThatKnowsNoFiltersRunsTheJobAlone) {
    const LoadedPlugin plugin(file_, host_without_extensions());
    FakeRun run;
    plugin.run("pay", run);
    EXPECT_EQ(run.status, JOBHOST_OK);
    EXPECT_THAT(run.log, ElementsAre(LogLine{JOBHOST_LOG_INFO, "paid"}));
}

}  // namespace

}  // namespace jobhost::test
