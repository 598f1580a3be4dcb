// inside: what a plugin that runs in the host may do there, for the tests that watch from outside. With
// INSIDE_HANGS it does not let the host unload it.
#include <jobhost/job.hpp>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <thread>
#include <unistd.h>

using jobhost::JobContext;

namespace {

struct FileArguments {
    std::string file;
};
JOBHOST_ARGUMENTS(FileArguments, required(file));

[[noreturn]] void crash() {
    std::signal(SIGSEGV, SIG_DFL);
    std::raise(SIGSEGV);
    std::abort();
}

#ifdef INSIDE_HANGS
// When its library is closed.
struct Hanging {
    ~Hanging() {
        for (;;)
            ::pause();
    }
} hanging;
#endif

// In which process it runs.
struct Where {
    static constexpr std::string_view name = "where";
    static constexpr std::uint32_t flags = JOBHOST_JOB_IN_PROCESS_OK;
    static std::string run(JobContext&) { return std::to_string(::getpid()); }
};

struct Polite {
    static constexpr std::string_view name = "polite";
    static constexpr std::uint32_t flags = JOBHOST_JOB_IN_PROCESS_OK;
    static void run(JobContext& context) {
        context.info("begun");
        context.wait_for(std::chrono::hours{1});
    }
};

// Whatever the host says, until the file is there.
struct Stubborn {
    static constexpr std::string_view name = "stubborn";
    static constexpr std::uint32_t flags = JOBHOST_JOB_IN_PROCESS_OK;
    static void run(JobContext& context, const FileArguments& arguments) {
        context.info("begun");
        while (::access(arguments.file.c_str(), F_OK) != 0)
            std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
};

// Unless the file is there, which it makes.
struct CrashOnce {
    static constexpr std::string_view name = "crash_once";
    static constexpr std::uint32_t flags = JOBHOST_JOB_IN_PROCESS_OK;
    static void run(JobContext&, const FileArguments& arguments) {
        const int file = ::open(arguments.file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
        if (file < 0) return;
        ::close(file);
        crash();
    }
};

// In whichever process it is.
struct Crash {
    static constexpr std::string_view name = "crash";
    static constexpr std::uint32_t flags = JOBHOST_JOB_IN_PROCESS_OK;
    static void run(JobContext&) { crash(); }
};

}  // namespace

JOBHOST_PLUGIN("inside", "1.0.0", Where, Polite, Stubborn, CrashOnce, Crash);
