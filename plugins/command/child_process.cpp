#include "plugins/command/child_process.hpp"

#include "plugins/command/guardian.hpp"

#include <jobhost/errors.hpp>

#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <system_error>
#include <unistd.h>

namespace command {

namespace {

[[noreturn]] void throw_system_error(std::string_view what, int code) {
    throw jobhost::Error("system", std::string(what) + ": " + std::generic_category().message(code));
}

struct Pipe {
    Descriptor read;
    Descriptor write;
};

Pipe make_output_pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw_system_error("cannot make a pipe", errno);
    Pipe pipe{Descriptor(ends[0]), Descriptor(ends[1])};
    if (::fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) throw_system_error("cannot set up a pipe", errno);
    return pipe;
}

// A file in memory, so that nobody has to feed a pipe whose reader may never read.
Descriptor make_input(std::string_view text) {
    if (text.empty()) return Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    Descriptor file(::memfd_create("stdin", MFD_CLOEXEC));
    if (!file.is_open()) throw_system_error("cannot hold the standard input", errno);
    while (!text.empty()) {
        const ssize_t written = ::write(file.number(), text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) throw_system_error("cannot hold the standard input", errno);
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    ::lseek(file.number(), 0, SEEK_SET);
    return file;
}

// posix_spawn's two sets of wishes.
class Wishes {
public:
    Wishes(const std::string& folder, int input, int output, int error) {
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawnattr_init(&attributes);
        ::posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
        ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
        ::posix_spawn_file_actions_adddup2(&actions, error, STDERR_FILENO);
        ::posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
        if (!folder.empty()) ::posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());

        sigset_t all;
        sigset_t none;
        sigfillset(&all);
        sigemptyset(&none);
        ::posix_spawnattr_setsigdefault(&attributes, &all);
        ::posix_spawnattr_setsigmask(&attributes, &none);
        ::posix_spawnattr_setpgroup(&attributes, 0);
        ::posix_spawnattr_setflags(&attributes,
                                   POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }
    Wishes(const Wishes&) = delete;
    Wishes& operator=(const Wishes&) = delete;
    ~Wishes() {
        ::posix_spawn_file_actions_destroy(&actions);
        ::posix_spawnattr_destroy(&attributes);
    }

    posix_spawn_file_actions_t actions{};
    posix_spawnattr_t attributes{};
};

// `texts` must outlive what is returned. exec does not write to them, whatever its type says.
std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (const std::string& text : texts)
        pointers.push_back(const_cast<char*>(text.c_str()));
    pointers.push_back(nullptr);
    return pointers;
}

[[noreturn]] void throw_spawn_error(const std::string& file, int code) {
    const std::string message = "cannot start " + file + ": " + std::generic_category().message(code);
    // ENOENT: the file was there a moment ago, so what is missing is the interpreter that it names.
    if (code == EACCES || code == ENOEXEC || code == ENOENT || code == EPERM)
        throw jobhost::FatalError("not_executable", message);
    if (code == E2BIG) throw jobhost::FatalError("too_long", message);
    throw jobhost::Error("spawn", message);
}

// A descriptor above the standard three, so that the dup2 of one stream cannot hit the source of another when
// this process runs without some of them.
Descriptor above_standard(Descriptor descriptor) {
    if (!descriptor.is_open()) throw_system_error("cannot open a stream", errno);
    if (descriptor.number() > STDERR_FILENO) return descriptor;
    Descriptor moved(::fcntl(descriptor.number(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    if (!moved.is_open()) throw_system_error("cannot open a stream", errno);
    return moved;
}

}  // namespace

ChildProcess::ChildProcess(const Launch& launch) {
    Pipe output = make_output_pipe();
    Pipe error = make_output_pipe();
    const Descriptor child_input = above_standard(make_input(launch.standard_input));
    const Descriptor child_output = above_standard(std::move(output.write));
    const Descriptor child_error = above_standard(std::move(error.write));
    output_ = std::move(output.read);
    error_ = std::move(error.read);

    Wishes wishes(launch.folder, child_input.number(), child_output.number(), child_error.number());
    const std::vector<char*> words = pointers_to(launch.words);
    const std::vector<char*> assignments = pointers_to(launch.assignments);
    guard(0);  // no program without a guardian
    const int code = ::posix_spawn(&process_, launch.file.c_str(), &wishes.actions, &wishes.attributes,
                                   words.data(), assignments.data());
    if (code != 0) {
        process_ = -1;
        throw_spawn_error(launch.file, code);
    }
    guard(process_);
    // Not pidfd_open(): the header of glibc 2.36 forgets that C++ mangles names.
    ending_ = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, process_, 0)));
    if (!ending_.is_open()) {
        const int open_error = errno;
        signal(SIGKILL);
        reap();
        throw_system_error("cannot watch the program", open_error);
    }
}

ChildProcess::~ChildProcess() {
    if (process_ < 0) return;
    signal(SIGKILL);
    reap();
}

void ChildProcess::signal(int number) const noexcept {
    if (process_ > 0) ::killpg(process_, number);
}

Ending ChildProcess::reap() {
    // The group's number belongs to us only while its leader is not reaped: so wait, kill the rest, then
    // reap.
    siginfo_t info{};
    while (::waitid(P_PID, static_cast<id_t>(process_), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
    }
    ::killpg(process_, SIGKILL);
    guard(0);
    int status = 0;
    pid_t reaped = -1;
    do
        reaped = ::waitpid(process_, &status, 0);
    while (reaped < 0 && errno == EINTR);
    process_ = -1;
    if (reaped < 0) return {};  // somebody else in this process has waited for all children
    if (WIFSIGNALED(status)) return {std::nullopt, WTERMSIG(status)};
    return {WEXITSTATUS(status), 0};
}

std::string signal_name(int number) {
    const char* name = ::sigabbrev_np(number);
    return name ? std::string("SIG") + name : "signal " + std::to_string(number);
}

}  // namespace command
