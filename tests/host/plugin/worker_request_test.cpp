// What a running job asks of the host, and how it hears of the answer.
#include "host/worker/limits.hpp"
#include "tests/host/plugin/worker_fixture.hpp"

#include <jobhost/plugin.h>

namespace jobhost::host {
namespace {

struct WorkerRequestTest : WorkerTest {
    void SetUp() override { start(); }

    worker::RequestMessage next_request() {
        const std::size_t before = seen_++;
        if (!wait_until([&] { return told.requests.size() > before || !told.finished.empty(); }) ||
            told.requests.size() <= before) {
            ADD_FAILURE() << "it asks for nothing";
            return {};
        }
        return told.requests.at(before);
    }
    void answer(const worker::RequestMessage& request, std::string body = {}) {
        process->reply(
            {.number = request.number, .status = JOBHOST_OK, .body = std::move(body), .problem = {}});
    }

    void expect_number_is_kept_after(jobhost_status status) {
        RunRequest run = request("enqueue_thrice");
        run.arguments = R"({"type": "mail.send"})";
        process->run(run);

        const auto first = next_request();
        EXPECT_EQ(first.position, 1);
        process->reply({.number = first.number, .status = status, .body = {}, .problem = "not now"});
        const auto again = next_request();
        EXPECT_EQ(again.position, 1) << "the host finds what it may have done already";
        EXPECT_EQ(again.body, first.body);
        answer(again, "[\"7\"]");
        const auto next = next_request();
        EXPECT_EQ(next.position, 2) << "the same words once more are another job";
        answer(next, "[\"8\"]");
        EXPECT_EQ(finish().result, R"(["8"])");
    }

private:
    std::size_t seen_ = 0;
};

struct AnyWorkerRequestTest : WorkerRequestTest, testing::WithParamInterface<Place> {
    Place place() const override { return GetParam(); }
};
INSTANTIATE_TEST_SUITE_P(Places, AnyWorkerRequestTest, testing::ValuesIn(kPlaces), name_of);

TEST_P(AnyWorkerRequestTest, TheAnswerReachesTheJob) {
    RunRequest run = request("enqueue");
    run.arguments = R"({"type": "mail.send"})";
    process->run(run);

    const auto asked = next_request();
    EXPECT_EQ(asked.kind, worker::RequestKind::enqueue);
    EXPECT_EQ(asked.position, 1) << "the first call of the run";
    EXPECT_EQ(asked.body, run.arguments);
    process->reply({.number = asked.number + 1, .status = JOBHOST_OK, .body = {}, .problem = {}});
    process->reply(
        {.number = asked.number, .status = JOBHOST_INVALID, .body = {}, .problem = "no such type"});
    EXPECT_EQ(finish().result, "\"10: no such type\"");
}

TEST_P(AnyWorkerRequestTest, ACallWithoutAnAnswerKeepsItsNumberWhenItIsMadeAgain) {
    expect_number_is_kept_after(JOBHOST_UNAVAILABLE);
}

TEST_P(AnyWorkerRequestTest, ACallThatIsRefusedForNowKeepsItsNumberWhenItIsMadeAgain) {
    expect_number_is_kept_after(JOBHOST_FAILED);
}

TEST_P(AnyWorkerRequestTest, WorkIsLoadedOncePageByPage) {
    begin("steps");

    auto asked = next_request();
    EXPECT_EQ(asked.kind, worker::RequestKind::load);
    EXPECT_EQ(asked.position, 0);
    answer(asked, encode(worker::SavedMessage{"[1]", {{"a", "1"}}, 7}));
    asked = next_request();
    EXPECT_EQ(asked.position, 7);
    answer(asked, encode(worker::SavedMessage{"", {{"b", "2"}}, 0}));
    asked = next_request();
    EXPECT_EQ(asked.kind, worker::RequestKind::save_step);
    EXPECT_EQ(asked.name, "c");
    EXPECT_EQ(asked.body, "3");
    answer(asked);
    EXPECT_EQ(finish().result, "\"0: 2\"");
    EXPECT_EQ(told.requests.size(), 3u) << "what is known already is not asked for again";
}

TEST_P(AnyWorkerRequestTest, ACheckpointIsThatOfEarlierRuns) {
    begin("checkpoint");

    auto asked = next_request();
    EXPECT_EQ(asked.kind, worker::RequestKind::save_checkpoint);
    EXPECT_EQ(asked.body, "[7]");
    answer(asked);
    asked = next_request();
    answer(asked, encode(worker::SavedMessage{"[6]", {}, 0}));
    EXPECT_EQ(finish().result, "\"0: [6]\"");
}

TEST_F(WorkerRequestTest, ARunThatEndsBeforeTheAnswerLeavesNothingOpen) {
    begin("enqueue");
    const auto asked = next_request();
    process->kill();
    EXPECT_EQ(finish().how, How::crashed);

    process->reply({.number = asked.number, .status = JOBHOST_OK, .body = {}, .problem = {}});
    EXPECT_TRUE(wait_for_end());
}

}  // namespace
}  // namespace jobhost::host
