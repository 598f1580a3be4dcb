// misbehave: what a plugin may do to a host, one job type for each, for the tests that watch from outside.
#include <jobhost/job.hpp>

#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <iostream>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <unistd.h>
#include <vector>

using jobhost::JobContext;

namespace {

struct SleepArguments {
    double seconds = 0;
    bool polite = true;
};
JOBHOST_ARGUMENTS(SleepArguments, required(seconds), polite);

struct ExitArguments {
    int status = 0;
};
JOBHOST_ARGUMENTS(ExitArguments, required(status));

struct LinesArguments {
    std::uint32_t lines = 1;
};
JOBHOST_ARGUMENTS(LinesArguments, lines);

struct FlakyArguments {
    std::uint32_t failures = 1;
};
JOBHOST_ARGUMENTS(FlakyArguments, required(failures));

struct CrashTimesArguments {
    std::uint32_t count = 1;
};
JOBHOST_ARGUMENTS(CrashTimesArguments, required(count));

struct AppendArguments {
    std::string path;
    std::string line;
};
JOBHOST_ARGUMENTS(AppendArguments, required(path), line);

struct CrashArguments {
    int signal = SIGSEGV;
};
JOBHOST_ARGUMENTS(CrashArguments, signal);

struct DaemonArguments {
    std::string path;
    std::uint32_t seconds = 120;
};
JOBHOST_ARGUMENTS(DaemonArguments, required(path), seconds);

[[noreturn]] void crash(int signal = SIGSEGV) {
    // The default action, because a sanitizer's handler would make another ending of it.
    std::signal(signal, SIG_DFL);
    std::raise(signal);
    std::abort();
}

// Needs a page of the stack for each round.
std::uint64_t sink(std::uint64_t rounds) {
    volatile char page[4096];
    page[0] = static_cast<char>(rounds);
    return rounds == 0 ? 0 : sink(rounds - 1) + static_cast<std::uint64_t>(page[0]);
}

struct Ok {
    static constexpr std::string_view name = "ok";
    static std::string run(JobContext& context) {
        context.progress(1, "done");
        return R"({"ok":true,"attempt":)" + std::to_string(context.attempt()) + "}";
    }
};

// Sleeps `seconds`; if not `polite`, whatever the host says.
struct Sleep {
    static constexpr std::string_view name = "sleep";
    static constexpr std::uint32_t flags = JOBHOST_JOB_CHECKPOINTS;
    static void run(JobContext& context, const SleepArguments& arguments) {
        const std::chrono::duration<double> time(arguments.seconds);
        context.info("sleeping");
        if (arguments.polite)
            context.wait_for(time);
        else
            std::this_thread::sleep_for(time);
    }
};

// Waits until it is told to stop; it does not get long by itself.
struct Impatient {
    static constexpr std::string_view name = "impatient";
    static constexpr std::chrono::milliseconds timeout{700};
    static void run(JobContext& context) { context.wait_for(std::chrono::hours{1}); }
};

struct Throw {
    static constexpr std::string_view name = "throw";
    static void run(JobContext&) { throw std::runtime_error("thrown by misbehave"); }
};

struct Fatal {
    static constexpr std::string_view name = "fatal";
    static void run(JobContext&) { throw jobhost::FatalError("hopeless", "no use in trying again"); }
};

struct Crash {
    static constexpr std::string_view name = "crash";
    static void run(JobContext&, const CrashArguments& arguments) { crash(arguments.signal); }
};

struct OverflowStack {
    static constexpr std::string_view name = "overflow_stack";
    static std::string run(JobContext&) {
        std::signal(SIGSEGV, SIG_DFL);
        return std::to_string(sink(std::numeric_limits<std::uint64_t>::max()));
    }
};

struct Abort {
    static constexpr std::string_view name = "abort";
    static void run(JobContext&) { std::abort(); }
};

// Ends the process without a word to the host.
struct Exit {
    static constexpr std::string_view name = "exit";
    static void run(JobContext&, const ExitArguments& arguments) { ::_exit(arguments.status); }
};

struct ThrowInThread {
    static constexpr std::string_view name = "throw_in_thread";
    static void run(JobContext&) {
        std::thread([] { throw std::runtime_error("thrown in a thread of misbehave"); }).join();
    }
};

struct Spin {
    static constexpr std::string_view name = "spin";
    static void run(JobContext& context) {
        context.info("spinning");
        for (volatile std::uint64_t round = 0;;)
            round = round + 1;
    }
};

// Prints by every way that C and C++ have; the last words have no newline and are not flushed.
struct Print {
    static constexpr std::string_view name = "print";
    static void run(JobContext&, const LinesArguments& arguments) {
        for (std::uint32_t i = 1; i <= arguments.lines; ++i) {
            const std::string number = std::to_string(i);
            std::fputs(("stdout " + number + "\n").c_str(), stdout);
            std::cout << "cout " << number << '\n';
            std::cerr << "cerr " << number << '\n';
        }
        std::printf("printf without newline");
    }
};

// Fails while attempt <= failures.
struct Flaky {
    static constexpr std::string_view name = "flaky";
    static void run(JobContext& context, const FlakyArguments& arguments) {
        if (context.attempt() > arguments.failures) return;
        throw jobhost::Error("flaky", "attempt " + std::to_string(context.attempt()) + " fails");
    }
};

// Adds one line "job attempt lease line" to a file, so that a test can count runs, whatever was killed since.
struct Append {
    static constexpr std::string_view name = "append";
    static void run(JobContext& context, const AppendArguments& arguments) {
        const std::string line = std::to_string(context.id()) + ' ' + std::to_string(context.attempt()) +
                                 ' ' + std::to_string(context.lease()) +
                                 (arguments.line.empty() ? "" : ' ' + arguments.line) + '\n';
        const int file = ::open(arguments.path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
        if (file < 0) throw jobhost::Error("open", "cannot open " + arguments.path);
        const bool is_written = ::write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size());
        const bool is_synced = ::fsync(file) == 0;
        ::close(file);
        if (!is_written || !is_synced) throw jobhost::Error("write", "cannot write " + arguments.path);
    }
};

// Crashes while attempt <= count.
struct CrashTimes {
    static constexpr std::string_view name = "crash_times";
    static void run(JobContext& context, const CrashTimesArguments& arguments) {
        if (context.attempt() <= arguments.count) crash();
    }
};

// Takes memory until there is none, and touches it.
struct EatMemory {
    static constexpr std::string_view name = "eat_memory";
    static void run(JobContext&) {
        constexpr std::size_t bite = std::size_t{16} << 20U;  // 16 MiB
        for (std::vector<std::vector<char>> eaten;;)
            eaten.emplace_back(bite, 'x');
    }
};

struct CloseDescriptors {
    static constexpr std::string_view name = "close_descriptors";
    static void run(JobContext&) { ::close_range(0, ~0U, 0); }
};

// Leaves a process behind that belongs to nobody, holds all descriptors, and goes by itself after `seconds`.
// Its number stands in the file `path`.
struct Daemon {
    static constexpr std::string_view name = "daemon";
    static void run(JobContext&, const DaemonArguments& arguments) {
        const pid_t child = ::fork();
        if (child == 0) {
            ::setsid();
            if (::fork() == 0) live_on(arguments);
            ::_exit(0);
        }
        if (child < 0 || ::waitpid(child, nullptr, 0) != child) throw jobhost::Error("fork", "cannot fork");
    }

private:
    [[noreturn]] static void live_on(const DaemonArguments& arguments) {
        char digits[24];
        const int size = std::snprintf(digits, sizeof digits, "%d\n", ::getpid());
        const int file = ::open(arguments.path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
        const bool is_written = ::write(file, digits, static_cast<std::size_t>(size)) == size;
        ::close(file);
        if (is_written) ::sleep(arguments.seconds);
        ::_exit(0);
    }
};

struct LogFlood {
    static constexpr std::string_view name = "log_flood";
    static void run(JobContext& context, const LinesArguments& arguments) {
        for (std::uint32_t i = 1; i <= arguments.lines; ++i)
            context.info("line " + std::to_string(i));
    }
};

}  // namespace

JOBHOST_PLUGIN("misbehave", "1.0.0", Ok, Sleep, Throw, Fatal, Crash, Abort, Exit, ThrowInThread, Spin, Print,
               Flaky, Append, CrashTimes, Impatient, EatMemory, CloseDescriptors, LogFlood, OverflowStack,
               Daemon);
