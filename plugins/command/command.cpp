// command.run: runs a program. No shell is involved unless the command names one.
#include "plugins/command/child_process.hpp"
#include "plugins/command/environment.hpp"
#include "plugins/command/output.hpp"
#include "plugins/command/program.hpp"

#include <jobhost/job.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <poll.h>
#include <signal.h>
#include <string>
#include <unistd.h>
#include <vector>

namespace command {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

struct RunArguments {
    std::vector<std::string> command;  // the program, a path or a name on PATH, and its arguments
    std::map<std::string, std::string> env;
    std::optional<std::string> cwd;
    std::string stdin;
    std::vector<std::uint8_t> success_exit_codes{0};
};
JOBHOST_ARGUMENTS(RunArguments, required(command), env, cwd, stdin, success_exit_codes);

namespace {

constexpr auto kGrace = 5s;   // between SIGTERM and SIGKILL
constexpr auto kTick = 50ms;  // how soon a cancellation is seen; one atomic load each

Launch launch_of(const jobhost::JobContext& context, const RunArguments& arguments) {
    if (arguments.command.empty()) throw jobhost::BadArguments("/command must name a program");
    if (arguments.success_exit_codes.empty())
        throw jobhost::BadArguments("/success_exit_codes must not be empty");
    for (std::size_t i = 0; i < arguments.command.size(); ++i)
        refuse_nul(arguments.command[i], "/command/" + std::to_string(i));
    if (arguments.command.front().empty()) throw jobhost::BadArguments("/command/0 must name a program");
    const std::string folder = arguments.cwd.value_or("");
    refuse_nul(folder, "/cwd");
    std::error_code ignored;
    if (!folder.empty() && !std::filesystem::is_directory(folder, ignored))
        throw jobhost::FatalError("not_found", "there is no folder " + folder);

    const Variables environment = environment_of(context, arguments.env);
    return {find_program(arguments.command.front(), folder, environment), arguments.command,
            as_assignments(environment), folder, arguments.stdin};
}

// Moves what lies in the pipe to `output`, at most as much as a pipe can hold, because a process that has
// left the group may hold the other end and print for ever.
void drain(Descriptor& pipe, Output& output) {
    char bytes[64 * 1024];
    for (int round = 0; round < 16 && pipe.is_open(); ++round) {
        const ssize_t size = ::read(pipe.number(), bytes, sizeof bytes);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0 && errno == EAGAIN) return;
        if (size <= 0)
            pipe.close();
        else
            output.append({bytes, static_cast<std::size_t>(size)});
    }
}

// Follows the program to its end. Only a cancellation stops it: it cannot go on elsewhere, so a drain lets it
// run.
Ending follow(const jobhost::JobContext& context, ChildProcess& child, Output& output, Output& error) {
    bool is_cancelled = false;
    auto kill_at = Clock::time_point::max();
    pollfd events[3]{};
    while (events[2].revents == 0) {
        events[0] = {child.standard_output().number(), POLLIN, 0};
        events[1] = {child.standard_error().number(), POLLIN, 0};
        events[2] = {child.ending_descriptor(), POLLIN, 0};
        ::poll(events, 3, static_cast<int>(std::chrono::milliseconds(kTick).count()));
        if (events[0].revents != 0) drain(child.standard_output(), output);
        if (events[1].revents != 0) drain(child.standard_error(), error);
        if (!is_cancelled && context.cancel_requested()) {
            is_cancelled = true;
            child.signal(SIGTERM);
            child.signal(SIGCONT);  // a stopped process sees no SIGTERM
            kill_at = Clock::now() + kGrace;
        }
        if (Clock::now() >= kill_at) {
            child.signal(SIGKILL);
            kill_at = Clock::time_point::max();
        }
    }
    const Ending ending = child.reap();
    drain(child.standard_output(), output);
    drain(child.standard_error(), error);
    output.finish();
    error.finish();
    if (is_cancelled) throw jobhost::Cancelled();
    return ending;
}

struct Run {
    static constexpr std::string_view name = "run";
    static constexpr std::string_view description = "Runs a program and keeps what it prints";
    static constexpr std::uint32_t flags = JOBHOST_JOB_PRIVILEGED;

    std::string run(jobhost::JobContext& context, const RunArguments& arguments) {
        LogBudget budget(context);
        Output output(budget, "");
        Output error(budget, "stderr: ");
        ChildProcess child(launch_of(context, arguments));
        const Ending ending = follow(context, child, output, error);

        if (ending.signal != 0) throw jobhost::Error("signal", "killed by " + signal_name(ending.signal));
        if (!ending.exit_status)
            throw jobhost::Error("lost", "the program's exit status was taken by somebody else");
        const int status = *ending.exit_status;
        const auto& good = arguments.success_exit_codes;
        if (std::find(good.begin(), good.end(), status) == good.end()) {
            const std::string& reason = error.last_line();
            throw jobhost::Error("exit_status", "exit status " + std::to_string(status) +
                                                    (reason.empty() ? "" : ": " + reason));
        }
        return R"({"exit_status":)" + std::to_string(status) + R"(,"stdout":)" + output.beginning_json() +
               R"(,"stderr":)" + error.beginning_json() + R"(,"truncated":)" +
               (output.is_truncated() || error.is_truncated() ? "true" : "false") + "}";
    }
};

}  // namespace

}  // namespace command

JOBHOST_PLUGIN("command", "1.0.0", command::Run);
