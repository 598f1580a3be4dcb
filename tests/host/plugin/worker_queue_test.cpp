// Several runs in one worker: one goes on, the others wait in its socket.
#include "host/worker/limits.hpp"
#include "tests/host/plugin/worker_fixture.hpp"

#include <jobhost/plugin.h>

namespace jobhost::host {
namespace {

struct WorkerQueueTest : WorkerTest {
    void begin(std::int64_t id, const std::string& type) {
        RunRequest its = request(type);
        its.job = JobId{id};
        process->run(its);
    }
    bool wait_finished(std::size_t count) {
        return wait_until([&] { return told.finished.size() >= count; });
    }
    static std::vector<std::string> of_job(const std::vector<RecordingObserver::Line>& lines,
                                           std::int64_t id) {
        std::vector<std::string> texts;
        for (const auto& line : lines)
            if (line.job == JobId{id}) texts.push_back(line.text);
        return texts;
    }
};

struct AnyWorkerQueueTest : WorkerQueueTest, testing::WithParamInterface<Place> {
    Place place() const override { return GetParam(); }
};
INSTANTIATE_TEST_SUITE_P(Places, AnyWorkerQueueTest, testing::ValuesIn(kPlaces), name_of);

TEST_F(WorkerQueueTest, EachRunKeepsItsOwnOutputAndLog) {
    start();
    constexpr int kJobs = 400;
    int begun = 0;
    const auto fill = [&] {
        while (begun < kJobs && process->has_room()) {
            ++begun;
            begin(begun, begun % 3 == 0 ? "log" : "print");
        }
        return told.finished.size() == kJobs;
    };
    ASSERT_TRUE(wait_until(fill)) << told.finished.size();
    for (int id = 1; id <= kJobs; ++id) {
        ASSERT_EQ(told.finished.at(static_cast<std::size_t>(id - 1)).how, How::succeeded);
        if (id % 3 != 0) {
            const std::string number = std::to_string(id);
            ASSERT_THAT(of_job(told.out, id),
                        testing::ElementsAre("out of " + number, "no end of line, \xEF\xBF\xBD"));
            ASSERT_THAT(of_job(told.err, id), testing::ElementsAre("err of " + number));
        } else {
            ASSERT_EQ(of_job(told.log, id).size(), 2u) << id;
        }
    }
}

TEST_P(AnyWorkerQueueTest, TheyRunOneAtATimeInTheirOrder) {
    start();
    begin(1, "polite");
    begin(2, "echo");
    begin(3, "fail");
    EXPECT_FALSE(wait_until([&] { return !told.finished.empty(); }, 1s))
        << "the first one holds up the others";
    process->ask_to_stop(JOBHOST_STOP_CANCEL);
    ASSERT_TRUE(wait_finished(3));
    EXPECT_EQ(told.finished[0].how, How::cancelled);
    EXPECT_EQ(told.finished[1].how, How::succeeded) << "the stop of the first is nothing to the second";
    EXPECT_EQ(told.finished[1].result, "{}");
    EXPECT_EQ(told.finished[2].how, How::failed);
    EXPECT_TRUE(process->is_idle());
}

TEST_P(AnyWorkerQueueTest, TakesOnlySoMany) {
    start();
    begin(1, "polite");
    for (std::size_t i = 1; i < worker::kMaxRunsOfWorker; ++i) {
        ASSERT_TRUE(process->has_room());
        begin(static_cast<std::int64_t>(i) + 1, "succeed");
    }
    EXPECT_FALSE(process->has_room());
    process->ask_to_stop(JOBHOST_STOP_CANCEL);
    EXPECT_TRUE(wait_finished(worker::kMaxRunsOfWorker));
}

TEST_P(AnyWorkerQueueTest, WhatHasNotBegunComesBack) {
    start();
    begin(1, "polite");
    begin(2, "succeed");
    begin(3, "succeed");
    process->recall();
    process->recall();
    ASSERT_TRUE(wait_until([&] { return told.not_begun > 0; }));
    // The first may not have begun either, as it had just been sent.
    ASSERT_GE(told.not_begun, 2u);
    if (told.not_begun == 2) {
        process->ask_to_stop(JOBHOST_STOP_CANCEL);
        ASSERT_TRUE(wait_finished(1));
    }
    EXPECT_EQ(run("print").how, How::succeeded) << "and it goes on as before";
    EXPECT_EQ(of_job(told.out, 42).size(), place() == Place::process ? 2u : 0u);
}

TEST_F(WorkerQueueTest, ACrashIsOfTheRunThatGoesOnAlone) {
    start();
    begin(1, "print");
    begin(2, "abort");
    begin(3, "print");
    begin(4, "print");
    ASSERT_TRUE(wait_for_end());
    ASSERT_EQ(told.finished.size(), 2u);
    EXPECT_EQ(told.finished[0].how, How::succeeded);
    EXPECT_EQ(told.finished[1].how, How::crashed);
    EXPECT_EQ(told.finished[1].error_message, "killed by SIGABRT");
    EXPECT_EQ(told.not_begun, 2u);
    EXPECT_EQ(of_job(told.out, 1).size(), 2u);
    EXPECT_THAT(of_job(told.err, 2), testing::ElementsAre("about to abort"));
    EXPECT_TRUE(of_job(told.out, 3).empty());
}

TEST_F(WorkerQueueTest, AKillIsOfTheRunThatGoesOnAlone) {
    start();
    begin(1, "spin");
    begin(2, "succeed");
    process->kill();
    EXPECT_FALSE(process->has_room());
    ASSERT_TRUE(wait_for_end());
    ASSERT_EQ(told.finished.size(), 1u);
    EXPECT_TRUE(told.finished[0].was_killed);
    EXPECT_EQ(told.not_begun, 1u);
}

TEST_F(WorkerQueueTest, AWorkerWithoutItsOutputRunsNothingMore) {
    start();
    begin(1, "close_output");
    begin(2, "succeed");
    ASSERT_TRUE(wait_for_end());
    EXPECT_EQ(told.finished.size() + told.not_begun, 2u);
    EXPECT_EQ(told.finished.at(0).how, How::succeeded);
}

TEST_F(WorkerQueueTest, AWorkerWhoseOutputWasMovedRunsNothingMore) {
    start();
    begin(1, "move_output");
    begin(2, "print");
    begin(3, "print");
    ASSERT_TRUE(wait_for_end());
    EXPECT_EQ(told.finished.size(), 1u);
    EXPECT_EQ(told.not_begun, 2u) << "what they print would be lost";
    EXPECT_EQ(told.ended.at(0), "exited with status 0");
}

TEST_F(WorkerQueueTest, AJobThatPrintsTheMarkHoldsUpNobody) {
    start();
    begin(1, "print_mark");
    begin(2, "print_much");
    begin(3, "print_mark");
    begin(4, "print_much");
    begin(5, "print");
    ASSERT_TRUE(wait_finished(5));
    for (const RunResult& result : told.finished)
        EXPECT_EQ(result.how, How::succeeded);
    EXPECT_EQ(of_job(told.out, 4).size(), 9000u);
    EXPECT_EQ(of_job(told.out, 5).size(), 2u);
}

TEST_F(WorkerQueueTest, AJobThatPrintsTheMarkAloneGoesOn) {
    start();
    for (int i = 0; i < 3; ++i) {
        ASSERT_EQ(run("print_mark").how, How::succeeded);
        ASSERT_EQ(run("print_much").how, How::succeeded);
    }
}

TEST_P(AnyWorkerQueueTest, ThousandsOfRunsAndRecallsLoseNone) {
    start();
    std::size_t begun = 0;
    const auto churn = [&] {
        while (begun < 5000 && process->has_room()) {
            ++begun;
            begin(static_cast<std::int64_t>(begun), begun % 7 != 0              ? "succeed"
                                                    : place() == Place::process ? "print"
                                                                                : "log");
            if (begun % 23 == 0) process->recall();
        }
        return told.finished.size() + told.not_begun == 5000;
    };
    ASSERT_TRUE(wait_until(churn)) << told.finished.size() << " + " << told.not_begun;
    EXPECT_GT(told.not_begun, 0u);
    for (const RunResult& result : told.finished)
        ASSERT_EQ(result.how, How::succeeded);
}

}  // namespace
}  // namespace jobhost::host
