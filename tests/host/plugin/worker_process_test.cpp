// What comes of a run, whatever the job does to its own process.
#include "tests/host/plugin/worker_fixture.hpp"

#include <jobhost/plugin.h>

#include <boost/asio/steady_timer.hpp>
#include <sys/wait.h>

#include <csignal>
#include <thread>

namespace jobhost::host {
namespace {

TEST_F(WorkerTest, AWorkerThatWasReadyInTimeLivesThoughTheHostLooksLate) {
    WorkerOptions options = test_options();
    options.start_timeout = 1s;
    process = std::make_unique<WorkerProcess>(io, PluginImage::open(test_plugin("jobs"), {}), options, told);
    std::this_thread::sleep_for(1200ms);  // now both its word and the deadline are there

    ASSERT_TRUE(wait_until([&] { return !told.ready.empty(); })) << testing::PrintToString(told.refused);
    EXPECT_EQ(run("succeed").how, How::succeeded);
}

TEST_P(AnyWorkerTest, SaysWhatThePluginOffers) {
    start();

    const PluginDescription& plugin = told.ready.at(0);
    EXPECT_EQ(plugin.name, "jobs");
    EXPECT_EQ(plugin.version, "1.2.3");
    const JobTypeDescription& type = plugin.types.at(0);
    EXPECT_EQ(type.full_name, "jobs.succeed");
    EXPECT_EQ(type.arguments_schema, R"({"type": "object"})");
    EXPECT_EQ(type.flags, JOBHOST_JOB_IDEMPOTENT);
    EXPECT_EQ(type.payload_version, 1u);
    EXPECT_EQ(type.default_timeout, Duration{2s});
}

TEST_P(AnyWorkerTest, RunsOneJobAfterAnother) {
    start();
    for (int i = 0; i < 100; ++i)
        ASSERT_EQ(run("succeed").how, How::succeeded);
    EXPECT_TRUE(process->is_idle());
}

TEST_P(AnyWorkerTest, ResultComesBack) {
    start();
    RunRequest echo = request("echo");
    echo.arguments = R"({"src": "a.png"})";
    process->run(echo);

    EXPECT_EQ(finish().result, R"({"src": "a.png"})");
}

TEST_P(AnyWorkerTest, HostTableKeepsItsPromises) {
    start();
    RunRequest all = request("host_table");
    all.scheduled_at = TimePoint{1s};
    all.idempotency_key = "key-42";
    all.definition = "nightly";
    all.arguments =
        R"({"width": 800, "whole": 1e3, "half": 0.5, "huge": 1e300, "nothing": null, "name": "café",
                        "yes": true, "tags": ["a", "b"], "a/b": "slash", "last": {}})";
    process->run(all);

    const RunResult result = finish();
    EXPECT_EQ(result.how, How::succeeded);
    EXPECT_EQ(result.result, R"( {"ok": true} )");
    for (const auto& line : told.err)
        ADD_FAILURE() << line.text;
    ASSERT_TRUE(process->progress());
    EXPECT_EQ(process->progress()->fraction, 1.0);
    EXPECT_EQ(process->progress()->note, "more than all");
}

TEST_P(AnyWorkerTest, ArgumentsOfOneMebibyteAreRunAndLargerOnesAreNot) {
    start();
    RunRequest large = request("succeed");
    large.arguments = "{\"a\":\"" + std::string((std::size_t{1} << 20) - 8, 'x') + "\"}";
    process->run(large);
    EXPECT_EQ(finish().how, How::succeeded);

    large.arguments += " ";
    EXPECT_THROW(process->run(large), std::invalid_argument);
    EXPECT_TRUE(process->is_idle());
}

TEST_P(AnyWorkerTest, UnknownTypeIsAnErrorOfTheCaller) {
    start();
    EXPECT_THROW(process->run(request("no_such_type")), std::invalid_argument);
    EXPECT_TRUE(process->is_idle());
}

TEST_P(AnyWorkerTest, FailuresAreToldApart) {
    start();
    const RunResult failed = run("fail");
    EXPECT_EQ(failed.how, How::failed);
    EXPECT_EQ(failed.error_code, "smtp.refused");
    EXPECT_EQ(failed.error_message, "the server said no");
    EXPECT_EQ(run("fatal").how, How::fatal);
    EXPECT_EQ(run("bad_arguments").how, How::fatal);
    EXPECT_EQ(told.finished.back().error_code, "bad_arguments");
    EXPECT_EQ(run("odd_status").how, How::failed);
    EXPECT_THAT(told.finished.back().error_message, testing::HasSubstr("77"));
    EXPECT_EQ(run("lonely_cancel").how, How::failed);
}

TEST_P(AnyWorkerTest, AFailureBringsItsDetail) {
    start();
    EXPECT_EQ(run("fail_in_detail").detail, "at line 7 \xEF\xBF\xBD");
    EXPECT_EQ(run("fail").detail, "") << "that of the run before";
}

TEST_P(AnyWorkerTest, AJobSeesHowItsParentsEnded) {
    start();
    RunRequest child = request("parents");
    child.parents = {{{JobId{7}, Condition::succeeded}, true, "[1]"},
                     {{BatchId{8}, Condition::finished}, true, ""},
                     {{JobId{9}, Condition::failed}, std::nullopt, ""}};
    process->run(child);
    EXPECT_EQ(finish().result, "\"0: 7 2 succeeded [1];8 3 finished ;9 0 failed ;\"");
}

TEST_P(AnyWorkerTest, ResultsOfParentsThatAreTooLargeTogetherAreLeftOut) {
    start();
    RunRequest child = request("parents");
    const std::string large = std::string(60'000, '1');
    for (int i = 1; i <= 40; ++i)
        child.parents.push_back({{JobId{i}, Condition::succeeded}, true, large});
    process->run(child);
    const RunResult result = finish();
    EXPECT_THAT(result.result, testing::HasSubstr("34 2 succeeded 111111111;"));
    EXPECT_THAT(result.result, testing::HasSubstr("40 6 succeeded ;"));
}

TEST_P(AnyWorkerTest, OlderArgumentsAreUpgradedBeforeTheRun) {
    start();
    const auto& types = told.ready.at(0).types;
    EXPECT_EQ(types.back().payload_version, 3u);
    EXPECT_EQ(types.back().accepts_from, 1u);
    EXPECT_EQ(types.front().accepts_from, 1u) << "its only version";
    const auto run_version = [&](int version, const std::string& arguments) {
        RunRequest older = request("upgraded");
        older.arguments = arguments;
        older.payload_version = version;
        process->run(older);
        return finish();
    };
    EXPECT_EQ(run_version(1, "{}").result, R"({"from": 1})");
    EXPECT_EQ(run_version(3, "{}").result, "{}");
    EXPECT_EQ(run_version(0, "{}").result, "{}");
    EXPECT_EQ(run_version(1, "{ }").error_code, "bad_arguments");
    EXPECT_EQ(run_version(2, "{}").error_code, "bad_upgrade");
    EXPECT_EQ(run_version(4, "{}").error_code, "payload_version");
    EXPECT_EQ(told.finished.back().how, How::fatal);
}

TEST_P(AnyWorkerTest, ASnoozedRunSaysForHowLong) {
    start();
    const RunResult result = run("snooze");
    EXPECT_EQ(result.how, How::snoozed);
    EXPECT_EQ(result.snooze, Duration{90s});

    EXPECT_EQ(run("snooze_without_delay").how, How::failed);
    EXPECT_EQ(told.finished.back().error_code, "bad_status");
}

INSTANTIATE_TEST_SUITE_P(Places, AnyWorkerTest, testing::ValuesIn(kPlaces), name_of);

struct Death {
    const char* type;
    const char* message;
};
struct WorkerDeathTest : WorkerTest, testing::WithParamInterface<Death> {};

TEST_P(WorkerDeathTest, IsACrashOfTheRunThatSaysHow) {
    start();
    const RunResult result = run(GetParam().type);

    EXPECT_EQ(result.how, How::crashed);
    EXPECT_FALSE(result.was_killed);
    EXPECT_THAT(result.error_message, testing::StartsWith(GetParam().message));
    EXPECT_FALSE(process->is_idle());
    EXPECT_TRUE(wait_for_end());
    EXPECT_EQ(told.finished.size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Jobs, WorkerDeathTest,
                         testing::Values(Death{"crash", "killed by SIGSEGV"},
                                         Death{"abort", "killed by SIGABRT"},
                                         Death{"exit_zero", "exited with status 0 before the job ended"},
                                         Death{"exit_three", "exited with status 3 before the job ended"},
                                         Death{"close_socket", "closed its socket"},
                                         Death{"write_rubbish", "broke the protocol: "}),
                         [](const auto& death) { return std::string{death.param.type}; });

TEST_F(WorkerTest, SpinningJobIsKilled) {
    start();
    begin("spin");
    process->kill();

    const RunResult result = finish();
    EXPECT_EQ(result.how, How::crashed);
    EXPECT_TRUE(result.was_killed);
    EXPECT_EQ(result.error_message, "killed by SIGKILL");
}

TEST_P(AnyWorkerTest, PoliteJobStopsWhenAsked) {
    start();
    begin("polite");
    process->ask_to_stop(JOBHOST_STOP_CANCEL);
    EXPECT_EQ(finish().how, How::cancelled);

    begin("polite");
    process->ask_to_stop(JOBHOST_STOP_DRAIN);
    EXPECT_EQ(finish().how, How::yielded);
}

TEST_P(AnyWorkerTest, StopOfOneRunIsForgottenInTheNext) {
    start();
    begin("polite");
    process->ask_to_stop(JOBHOST_STOP_CANCEL);
    ASSERT_EQ(finish().how, How::cancelled);

    begin("progress");
    // Polls, because progress tells nobody; the job waits for us.
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (!process->progress() && std::chrono::steady_clock::now() < deadline)
        io.poll();
    EXPECT_TRUE(told.finished.size() == 1) << "the job saw the stop of the run before";
    EXPECT_EQ(process->progress()->note, "a quarter");
    process->ask_to_stop(JOBHOST_STOP_CANCEL);
    EXPECT_EQ(finish().how, How::cancelled);
}

TEST_F(WorkerTest, WorkerThatIsFencedOffEndsItself) {
    start();
    process->set_fence(worker::boot_time_now() + 300ms);
    begin("spin");

    const RunResult result = finish();
    EXPECT_EQ(result.error_message, "killed by SIGKILL");
    EXPECT_FALSE(result.was_killed);
    EXPECT_TRUE(result.was_fenced);
}

TEST_F(WorkerTest, AFenceThatWasMovedTooLateIsRememberedAsMissed) {
    start();
    process->set_fence(worker::boot_time_now() + 100ms);
    begin("spin");
    // The host hears nothing meanwhile, as if it had been stopped, and renews before it looks.
    siginfo_t exit{};
    ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(process->pid()), &exit, WEXITED | WNOWAIT), 0);
    process->set_fence(worker::boot_time_now() + 60s);

    EXPECT_TRUE(finish().was_fenced);
}

TEST_F(WorkerTest, ACrashBeforeTheFenceIsACrash) {
    start();
    process->set_fence(worker::boot_time_now() + 60s);
    const RunResult result = run("crash");

    EXPECT_EQ(result.how, How::crashed);
    EXPECT_FALSE(result.was_fenced);
}

TEST_P(AnyWorkerTest, MovingTheFenceKeepsTheWorkerAlive) {
    start();
    process->set_fence(worker::boot_time_now() + 300ms);
    begin("polite");
    process->set_fence(worker::boot_time_now() + 60s);
    boost::asio::steady_timer later{io, 600ms};
    later.async_wait([&](const auto&) { process->ask_to_stop(JOBHOST_STOP_CANCEL); });

    EXPECT_EQ(finish().how, How::cancelled);
}

TEST_F(WorkerTest, ExitShutsThePluginDown) {
    start();
    process->exit();

    ASSERT_TRUE(wait_for_end());
    EXPECT_EQ(told.ended.at(0), "exited with status 0");
    ASSERT_EQ(told.out.size(), 1u);
    EXPECT_EQ(told.out[0].text, "shut down");
    EXPECT_FALSE(told.out[0].job);
}

TEST_F(WorkerTest, DestructionKillsAndReaps) {
    start();
    begin("spin");
    const pid_t pid = process->pid();
    process.reset();

    EXPECT_EQ(::kill(pid, 0), -1);
    EXPECT_EQ(errno, ESRCH);
    io.restart();
    io.poll();
    EXPECT_TRUE(told.finished.empty());
}

TEST_F(WorkerTest, ObserverMayDestroyTheWorkerFromACallback) {
    struct Impatient : RecordingObserver {
        std::unique_ptr<WorkerProcess>* process = nullptr;
        void on_output(std::optional<JobId>, Stream, const std::string&) override { process->reset(); }
    } impatient;
    impatient.process = &process;
    process = std::make_unique<WorkerProcess>(io, PluginImage::open(test_plugin("jobs"), {}), test_options(),
                                              impatient);
    ASSERT_TRUE(wait_until([&] { return !impatient.ready.empty(); }));
    begin("flood");

    EXPECT_TRUE(wait_until([&] { return !process; }));
    io.restart();
    io.run();
    EXPECT_TRUE(impatient.finished.empty());
}

TEST_F(WorkerTest, PageCannotBeShrunkUnderTheHost) {
    start();
    EXPECT_EQ(run("shrink_page").how, How::succeeded);
}

TEST_F(WorkerTest, RunsInItsFolderWithAMinimalEnvironmentAndItsOwnGroup) {
    setenv("JOBHOST_TEST_SECRET", "1", 1);
    WorkerOptions options = test_options();
    options.working_directory = "/usr";
    start(options);

    EXPECT_EQ(run("where").result, R"(["/usr", false, 1])");
}

TEST_F(WorkerTest, ProgramsThatJobsStartInheritNoDescriptor) {
    start();
    ASSERT_EQ(run("spawn_descriptors").how, How::succeeded);
    // 3 is the folder that ls itself reads.
    ASSERT_EQ(told.out.size(), 1u);
    EXPECT_EQ(told.out[0].text, "0 1 2 3 ");
}

TEST_F(WorkerTest, MissingProgramIsAnErrorAtOnce) {
    WorkerOptions options = test_options();
    options.program = "/nonexistent/jobhost-worker";
    const PluginImage image = PluginImage::open(test_plugin("jobs"), {});
    EXPECT_THROW((WorkerProcess{io, image, options, told}), std::system_error);
}

}  // namespace
}  // namespace jobhost::host
