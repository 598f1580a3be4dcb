// command.run with real programs.
#include "tests/support/fake_plugin_host.hpp"
#include "tests/support/temporary_folder.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_from.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <signal.h>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

namespace jobhost::test {

namespace json = boost::json;
using namespace std::chrono_literals;
using testing::HasSubstr;

class CommandTest : public testing::Test {
protected:
    ~CommandTest() override {
        EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "a child or a zombie is left";
    }

    static json::object command(const std::vector<std::string>& words) {
        return {{"command", json::value_from(words)}};
    }
    static json::object shell(std::string_view script) {
        return command({"/bin/sh", "-c", std::string(script)});
    }
    static RunFacts facts(const json::object& arguments) { return {.arguments = json::serialize(arguments)}; }

    void run(FakeRun& run) { plugin_.run("run", run); }
    // The result of a run that must succeed.
    json::object result(const json::object& arguments) {
        FakeRun good(facts(arguments));
        run(good);
        EXPECT_EQ(good.status, JOBHOST_OK) << good.error_message;
        return good.result ? good.result_json().as_object() : json::object();
    }
    std::string output(const json::object& arguments) {
        return std::string(result(arguments)["stdout"].as_string());
    }
    // "status code: message" of a run that must not succeed.
    std::string failure(const json::object& arguments) {
        FakeRun bad(facts(arguments));
        run(bad);
        return std::to_string(bad.status) + " " + bad.error_code + ": " + bad.error_message;
    }

    TemporaryFolder folder_;
    LoadedPlugin plugin_{COMMAND_PLUGIN};
};

// Waits for the end of a process that is not our child.
bool ends_soon(pid_t process) {
    const auto give_up = std::chrono::steady_clock::now() + 20s;
    while (std::chrono::steady_clock::now() < give_up) {
        std::ifstream status("/proc/" + std::to_string(process) + "/stat");
        std::string number;
        std::string name;
        std::string state;
        if (!(status >> number >> name >> state) || state == "Z" || state == "X") return true;
        std::this_thread::yield();
    }
    return false;
}

TEST_F(CommandTest, IsPrivileged) {
    EXPECT_EQ(view(plugin_.plugin().name), "command");
    EXPECT_EQ(plugin_.type("run").flags, JOBHOST_JOB_PRIVILEGED);
}

TEST_F(CommandTest, KeepsWhatIsPrinted) {
    FakeRun printed(facts(shell("echo out; printf 'a b\\r\\nlast'; echo err >&2")));
    run(printed);

    EXPECT_EQ(printed.status, JOBHOST_OK);
    EXPECT_EQ(
        printed.result_json(),
        json::value(
            {{"exit_status", 0}, {"stdout", "out\na b\r\nlast"}, {"stderr", "err\n"}, {"truncated", false}}));
    EXPECT_THAT(printed.log, testing::UnorderedElementsAre(LogLine{JOBHOST_LOG_INFO, "out"},
                                                           LogLine{JOBHOST_LOG_INFO, "a b"},
                                                           LogLine{JOBHOST_LOG_INFO, "last"},
                                                           LogLine{JOBHOST_LOG_INFO, "stderr: err"}));
}

TEST_F(CommandTest, TakesWordsAsTheyAreWithoutAShell) {
    EXPECT_EQ(output(command({"printf", "%s|", "$HOME", "a  b", "*", ""})), "$HOME|a  b|*||");
}

TEST_F(CommandTest, TellsTheProgramAboutItsRun) {
    RunFacts told = facts(shell("env | grep ^JOBHOST_ | sort"));
    told.attempt = 3;
    told.scheduled_at = 1'764'554'400'250'000;
    FakeRun scheduled(told);
    run(scheduled);
    EXPECT_EQ(scheduled.result_json().at("stdout").as_string(),
              "JOBHOST_ATTEMPT=3\nJOBHOST_IDEMPOTENCY_KEY=key-42\nJOBHOST_JOB_ID=42\nJOBHOST_LEASE=7\n"
              "JOBHOST_SCHEDULED_AT=2025-12-01T02:00:00.250000Z\n");
}

TEST_F(CommandTest, ArgumentsSetVariablesButCannotForgeTheLease) {
    json::object arguments = shell("echo $COLOUR $JOBHOST_LEASE ${HOME:+inherited}");
    arguments["env"] = {{"COLOUR", "red"}, {"JOBHOST_LEASE", "999"}};
    ::setenv("HOME", "/", 1);
    EXPECT_EQ(output(arguments), "red 7 inherited\n");
}

TEST_F(CommandTest, RunsInTheFolderAndReadsTheText) {
    json::object arguments = shell("pwd; cat");
    arguments["cwd"] = folder_.path().string();
    arguments["stdin"] = std::string(200'000, 'x');
    const std::string seen = output(arguments);
    EXPECT_EQ(seen.substr(0, folder_.path().string().size() + 2), folder_.path().string() + "\nx");
    EXPECT_EQ(output(shell("cat")), "") << "without a text there is nothing to read";
}

TEST_F(CommandTest, FindsAProgramOnThePathOfTheChild) {
    const auto program = folder_ / "mine";
    std::ofstream(program) << "#!/bin/sh\necho mine\n";
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
    json::object arguments = command({"mine"});
    arguments["env"] = {{"PATH", "/nowhere:" + folder_.path().string()}};
    EXPECT_EQ(output(arguments), "mine\n");

    json::object relative = command({"./mine"});
    relative["cwd"] = folder_.path().string();
    EXPECT_EQ(output(relative), "mine\n");
}

TEST_F(CommandTest, InheritsNothingButTheThreeStreams) {
    const int inheritable = ::open("/dev/null", O_RDONLY);
    // The fourth is the folder that ls itself has open.
    EXPECT_EQ(output(command({"ls", "/proc/self/fd"})), "0\n1\n2\n3\n");
    ::close(inheritable);
}

TEST_F(CommandTest, OtherExitCodesMayBeGood) {
    json::object arguments = shell("exit 3");
    EXPECT_EQ(failure(arguments), "1 exit_status: exit status 3");
    arguments["success_exit_codes"] = {0, 3};
    EXPECT_EQ(result(arguments)["exit_status"].as_int64(), 3);
}

TEST_F(CommandTest, AFailureQuotesTheLastLineOfTheErrors) {
    EXPECT_EQ(failure(shell("echo first >&2; echo 'no such host' >&2; echo >&2; exit 2")),
              "1 exit_status: exit status 2: no such host");
    EXPECT_EQ(failure(shell("kill -KILL $$")), "1 signal: killed by SIGKILL");
}

TEST_F(CommandTest, WhatCannotStartFailsForGood) {
    const auto text = folder_ / "text";
    std::ofstream(text) << "no program";
    EXPECT_EQ(failure(command({"no-such-program"})), "2 not_found: there is no program no-such-program");
    EXPECT_EQ(failure(command({"/no/such"})), "2 not_found: there is no program /no/such");
    EXPECT_THAT(failure(command({text.string()})), HasSubstr("2 not_executable: "));
    EXPECT_THAT(failure(command({folder_.path().string()})), HasSubstr("2 not_executable: "));
    std::filesystem::permissions(text, std::filesystem::perms::owner_all);
    EXPECT_THAT(failure(command({text.string()})), HasSubstr("2 not_executable: cannot start "));

    json::object nowhere = command({"true"});
    nowhere["cwd"] = "/no/such";
    EXPECT_EQ(failure(nowhere), "2 not_found: there is no folder /no/such");
}

TEST_F(CommandTest, SenselessArgumentsAreRefused) {
    EXPECT_EQ(failure(json::object{}), "5 bad_arguments: /command is missing; it must be a list");
    EXPECT_EQ(failure(command(std::vector<std::string>{})), "5 bad_arguments: /command must name a program");
    EXPECT_EQ(failure(command({std::string()})), "5 bad_arguments: /command/0 must name a program");
    EXPECT_EQ(failure(command({"echo", std::string("a\0b", 3)})),
              "5 bad_arguments: /command/1 must not contain a NUL character");
    json::object env = command({"true"});
    env["env"] = {{"A=B", "c"}};
    EXPECT_EQ(failure(env), "5 bad_arguments: /env must not have a name that is empty or contains '='");
    json::object codes = command({"true"});
    codes["success_exit_codes"] = {256};
    EXPECT_EQ(failure(codes), "5 bad_arguments: /success_exit_codes/0 must be a whole number from 0 to 255");
}

TEST_F(CommandTest, OutputIsBounded) {
    FakeRun flood(facts(shell("yes 0123456789 | head -n 20000")));
    run(flood);
    EXPECT_EQ(flood.status, JOBHOST_OK);
    EXPECT_EQ(flood.log.size(), 10'001u);
    EXPECT_EQ(flood.log.back().text, "more than 10000 lines of output; the rest is not logged");
    EXPECT_EQ(flood.result_json().at("stdout").as_string().size(), 16u * 1024);
    EXPECT_TRUE(flood.result_json().at("truncated").as_bool());

    FakeRun long_line(facts(shell("head -c 100000 /dev/zero | tr '\\0' x; echo; echo next")));
    run(long_line);
    ASSERT_EQ(long_line.log.size(), 2u);
    EXPECT_EQ(long_line.log[0].text.size(), 8u * 1024);
    EXPECT_EQ(long_line.log[1].text, "next");
}

TEST_F(CommandTest, WhatIsNoTextStillFitsIntoTheResult) {
    FakeRun zeros(facts(shell("head -c 100000 /dev/zero; head -c 100000 /dev/zero >&2")));
    run(zeros);
    EXPECT_EQ(zeros.status, JOBHOST_OK) << zeros.error_message;
    EXPECT_TRUE(zeros.result_json().at("truncated").as_bool());

    EXPECT_EQ(output(shell("printf '\\377ok'")), "\xEF\xBF\xBDok");
}

TEST_F(CommandTest, CancellingEndsTheWholeGroup) {
    FakeRun cancelled(facts(shell("sleep 1000 & echo $!; echo ready; wait")));
    cancelled.stop_when_logged("ready", JOBHOST_STOP_CANCEL);
    run(cancelled);
    EXPECT_EQ(cancelled.status, JOBHOST_CANCELLED);
    EXPECT_TRUE(ends_soon(std::stoi(cancelled.log.at(0).text)));
}

TEST_F(CommandTest, AProgramThatIgnoresTheRequestIsKilled) {
    FakeRun stubborn(facts(shell("trap '' TERM; echo ready; while :; do sleep 0.05; done")));
    stubborn.stop_when_logged("ready", JOBHOST_STOP_CANCEL);
    const auto begin = std::chrono::steady_clock::now();
    run(stubborn);
    EXPECT_EQ(stubborn.status, JOBHOST_CANCELLED);
    EXPECT_GE(std::chrono::steady_clock::now() - begin, 5s);
}

TEST_F(CommandTest, AProgramThatEndsWellWhenAskedIsStillCancelled) {
    FakeRun polite(facts(shell("trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.01; done")));
    polite.stop_when_logged("ready", JOBHOST_STOP_CANCEL);
    run(polite);
    EXPECT_EQ(polite.status, JOBHOST_CANCELLED);
    EXPECT_TRUE(polite.has_logged("bye"));
}

TEST_F(CommandTest, ADrainLetsTheProgramRun) {
    FakeRun drained(facts(shell("echo ready; sleep 0.2; echo done")));
    drained.stop_when_logged("ready", JOBHOST_STOP_DRAIN);
    run(drained);
    EXPECT_EQ(drained.status, JOBHOST_OK);
    EXPECT_TRUE(drained.has_logged("done"));
}

TEST_F(CommandTest, WhatTheProgramLeavesBehindIsKilled) {
    FakeRun left(facts(shell("sleep 1000 & echo $!")));
    run(left);
    EXPECT_EQ(left.status, JOBHOST_OK);
    EXPECT_TRUE(ends_soon(std::stoi(left.log.at(0).text)));
}

TEST_F(CommandTest, AProgramThatLeftItsGroupDoesNotHoldTheRunUp) {
    FakeRun escaped(facts(shell("setsid sleep 1000 & echo $!; sleep 0.05")));
    run(escaped);
    EXPECT_EQ(escaped.status, JOBHOST_OK);
    ::kill(std::stoi(escaped.log.at(0).text), SIGKILL);
}

}  // namespace jobhost::test
