// What a job asks the host while it runs.
#include "tests/support/fake_plugin_host.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <tuple>

namespace jobhost::test {

using testing::ElementsAre;
using testing::HasSubstr;

class AskTest : public testing::Test {
protected:
    static RunFacts facts(const std::string& what) { return {.arguments = R"({"text":")" + what + R"("})"}; }

    LoadedPlugin plugin_{PLUGIN_IN_CPP};
};

TEST_F(AskTest, ACheckpointIsFoundAndReplaced) {
    FakeRun first(facts("checkpoint"));
    plugin_.run("ask", first);
    EXPECT_EQ(first.result, "null");
    EXPECT_EQ(first.checkpoint, "[2]");

    FakeRun second(facts("checkpoint"));
    second.checkpoint = "[1]";
    plugin_.run("ask", second);
    EXPECT_EQ(second.result, "[1]");
}

TEST_F(AskTest, AStepIsDoneOnce) {
    FakeRun first(facts("steps"));
    plugin_.run("ask", first);
    EXPECT_EQ(first.result, "[1,1,null,2]");

    FakeRun second(facts("steps"));
    second.steps = {{"first", "7"}, {"second", "null"}};
    plugin_.run("ask", second);
    EXPECT_EQ(second.result, "[7,7,null,0]");
}

TEST_F(AskTest, JobsAreHandedInAsTheyAreWritten) {
    FakeRun run(facts("enqueue"));
    plugin_.run("ask", run);
    EXPECT_EQ(run.result, "\"12 13 \"");
    EXPECT_THAT(run.enqueued, ElementsAre(R"([{"type":"mail.send"},{"type":"mail.sort"}])"));
    EXPECT_THAT(run.enqueued_on_success, ElementsAre(R"({"type":"mail.send"})"));
}

TEST_F(AskTest, ParentsAreThere) {
    RunFacts with_parents = facts("parents");
    with_parents.parents = {{sizeof(jobhost_parent), JOBHOST_PARENT_MET, 7, {"succeeded", 9}, {"[1]", 3}},
                            {sizeof(jobhost_parent),
                             JOBHOST_PARENT_BATCH | JOBHOST_PARENT_RESULT_CUT,
                             8,
                             {"finished", 8},
                             {nullptr, 0}}};
    FakeRun run(with_parents);
    plugin_.run("ask", run);
    EXPECT_EQ(run.result, "\"7 job succeeded met [1];8 batch finished not met cut;\"");

    FakeRun without(facts("parents"));
    plugin_.run("ask", without);
    EXPECT_EQ(without.result, "\"\"");
}

TEST_F(AskTest, WhatTheHostSaysBecomesTheRunsEnd) {
    const std::tuple<jobhost_status, jobhost_status, const char*> cases[] = {
        {JOBHOST_LOST, JOBHOST_FAILED, "lost"},
        {JOBHOST_UNAVAILABLE, JOBHOST_FAILED, "host_unavailable"},
        {JOBHOST_LIMIT, JOBHOST_FATAL, "too_large"},
        {JOBHOST_INVALID, JOBHOST_FATAL, "refused"},
        {JOBHOST_FAILED, JOBHOST_FAILED, "refused"},
    };
    for (const char* what : {"checkpoint", "steps", "enqueue"})
        for (const auto& [answer, status, code] : cases) {
            FakeRun run(facts(what));
            run.answer = answer;
            plugin_.run("ask", run);
            EXPECT_EQ(run.status, status) << what << " " << code;
            EXPECT_EQ(run.error_code, code) << what;
            EXPECT_THAT(run.error_message, HasSubstr("the host says no")) << what;
        }
}

TEST_F(AskTest, AnOlderHostIsNamedAsTheCause) {
    const LoadedPlugin plugin(PLUGIN_IN_CPP, host_without_extensions());
    FakeRun run(facts("steps"));
    plugin.run("ask", run);
    EXPECT_EQ(run.status, JOBHOST_FATAL);
    EXPECT_EQ(run.error_code, "unsupported");
}

}  // namespace jobhost::test
