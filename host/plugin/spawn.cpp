#include "host/plugin/spawn.hpp"

#include "host/plugin/hosting.hpp"
#include "host/plugin/process_body.hpp"
#include "host/worker/limits.hpp"
#include "host/worker/process_setup.hpp"

#include <sys/file.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <spawn.h>
#include <string>
#include <string_view>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace jobhost::host {
namespace {

using worker::Descriptor;

void check(int error, const char* what) {
    if (error != 0) throw std::system_error{error, std::generic_category(), what};
}

Descriptor checked(int descriptor, const char* what) {
    if (descriptor < 0) check(errno, what);
    return Descriptor{descriptor};
}

// What the child gets lies above all its targets, so that no dup2 overwrites the source of a later one.
Descriptor high(int descriptor) {
    constexpr int kAboveTargets = worker::kGroupDescriptor + 1;
    return checked(fcntl(descriptor, F_DUPFD_CLOEXEC, kAboveTargets), "dup of a descriptor for a worker");
}

struct Pipe {
    Descriptor ours;    // does not block
    Descriptor theirs;  // above all targets
};

Pipe make_pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) check(errno, "pipe");
    Pipe pipe{Descriptor{ends[0]}, {}};
    const Descriptor writing{ends[1]};
    if (fcntl(pipe.ours.get(), F_SETFL, O_NONBLOCK) != 0) check(errno, "fcntl of a pipe");
    pipe.theirs = high(writing.get());
    return pipe;
}

Pipe make_socket() {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) check(errno, "socketpair");
    Pipe pair{Descriptor{ends[0]}, {}};
    const Descriptor other{ends[1]};
    if (fcntl(pair.ours.get(), F_SETFL, O_NONBLOCK) != 0) check(errno, "fcntl of a socket");
    pair.theirs = high(other.get());
    return pair;
}

// An open file of its own with a lock of its own: what the plugin does to it is nothing to that of the host.
Descriptor lock_like(int locked) {
    if (locked < 0) return {};
    const std::string path = "/proc/self/fd/" + std::to_string(locked);
    const Descriptor opened =
        checked(::open(path.c_str(), O_RDONLY | O_CLOEXEC), "opening the lock of the host");
    if (flock(opened.get(), LOCK_SH | LOCK_NB) != 0) check(errno, "locking for a worker");
    return high(opened.get());
}

class FileActions {
public:
    FileActions() { check(posix_spawn_file_actions_init(&actions_), "posix_spawn_file_actions_init"); }
    FileActions(const FileActions&) = delete;
    ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }

    void open_null(int target) {
        check(posix_spawn_file_actions_addopen(&actions_, target, "/dev/null", O_RDONLY, 0), "/dev/null");
    }
    void give(const Descriptor& source, int target) {
        check(posix_spawn_file_actions_adddup2(&actions_, source.get(), target), "adddup2");
    }
    void give_or_close(const Descriptor& source, int target) {
        if (source) return give(source, target);
        check(posix_spawn_file_actions_addclose(&actions_, target), "addclose");
    }
    void change_directory(const std::filesystem::path& folder) {
        check(posix_spawn_file_actions_addchdir_np(&actions_, folder.c_str()), "addchdir");
    }
    void close_from(int first) {
        check(posix_spawn_file_actions_addclosefrom_np(&actions_, first), "addclosefrom");
    }
    const posix_spawn_file_actions_t* get() const { return &actions_; }

private:
    posix_spawn_file_actions_t actions_;
};

class SpawnAttributes {
public:
    SpawnAttributes() {
        check(posix_spawnattr_init(&attributes_), "posix_spawnattr_init");
        sigset_t none;
        sigset_t all;
        sigemptyset(&none);
        sigfillset(&all);
        posix_spawnattr_setflags(&attributes_,
                                 POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        posix_spawnattr_setpgroup(&attributes_, 0);
        posix_spawnattr_setsigmask(&attributes_, &none);
        posix_spawnattr_setsigdefault(&attributes_, &all);
    }
    SpawnAttributes(const SpawnAttributes&) = delete;
    ~SpawnAttributes() { posix_spawnattr_destroy(&attributes_); }
    const posix_spawnattr_t* get() const { return &attributes_; }

private:
    posix_spawnattr_t attributes_;
};

// An allow-list: the host's own environment may hold database passwords and tokens.
bool is_for_workers(std::string_view variable) {
    constexpr std::array<std::string_view, 7> kNames = {"PATH",     "HOME", "USER",  "LANG",
                                                        "LANGUAGE", "TZ",   "TMPDIR"};
    const std::string_view name = variable.substr(0, variable.find('='));
    return name.starts_with("LC_") || std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

std::vector<std::string> worker_environment(const std::filesystem::path& scratch, const WorkerMark& mark) {
    std::vector<std::string> variables;
    for (char** variable = environ; variable && *variable; ++variable)
        if (is_for_workers(*variable)) variables.emplace_back(*variable);
    variables.push_back(mark.text());
    if (!scratch.empty()) {
        std::erase_if(variables, [](const std::string& variable) { return variable.starts_with("TMPDIR="); });
        variables.push_back("TMPDIR=" + scratch.string());
    }
    return variables;
}

// As exec wants them; they live as long as `words`.
std::vector<char*> pointers_to(std::vector<std::string>& words) {
    std::vector<char*> pointers;
    for (std::string& word : words)
        pointers.push_back(word.data());
    pointers.push_back(nullptr);
    return pointers;
}

std::filesystem::path program_of(const WorkerOptions& options) {
    if (!options.program.empty()) return options.program;
    return std::filesystem::read_symlink("/proc/self/exe").parent_path() / "jobhost-worker";
}

pid_t start(const WorkerOptions& options, const FileActions& actions, WorkerMode mode,
            const std::filesystem::path& scratch, WorkerMark& mark) {
    const std::string program = program_of(options).string();
    std::vector<std::string> words = worker::words_of({.parent = getpid(),
                                                       .protocol = worker::kProtocolVersion,
                                                       .is_probe = mode == WorkerMode::probe,
                                                       .scratch = scratch.string(),
                                                       .confinement = confinement_of(options.hosting)});
    words.insert(words.begin(), program);
    std::vector<std::string> environment = worker_environment(scratch, mark);
    return mark.start([&] {
        pid_t pid = -1;
        const int error = posix_spawn(&pid, program.c_str(), actions.get(), SpawnAttributes{}.get(),
                                      pointers_to(words).data(), pointers_to(environment).data());
        check(error, ("starting " + program).c_str());
        return pid;
    });
}

Descriptor watch(pid_t pid) {
    // By number: the header of glibc 2.36 forgot extern "C".
    const auto process = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
    if (process >= 0) return Descriptor{process};
    const int error = errno;
    // Nobody could watch it, so it must not live.
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    throw std::system_error{error, std::generic_category(), "pidfd_open"};
}

}  // namespace

WorkerOptions WorkerOptions::of(const std::filesystem::path& file) const {
    WorkerOptions its = *this;
    const auto found = overrides.find(file.stem().string());
    if (found != overrides.end()) its.hosting = found->second;
    return its;
}

StartedWorker spawn_worker(const WorkerOptions& options, int image, WorkerMode mode) {
    Pipe control = make_socket();
    Pipe out = make_pipe();
    Pipe err = make_pipe();
    worker::SharedPage page = worker::SharedPage::create();
    const Descriptor their_page = high(page.descriptor());
    const Descriptor their_image = high(image);
    const Descriptor their_lock = lock_like(options.lock_descriptor);

    FileActions actions;
    actions.open_null(STDIN_FILENO);
    actions.give(out.theirs, STDOUT_FILENO);
    actions.give(err.theirs, STDERR_FILENO);
    actions.give(control.theirs, worker::kControlDescriptor);
    actions.give(their_image, worker::kImageDescriptor);
    actions.give(their_page, worker::kPageDescriptor);
    WorkerGroup group{options.group};
    const Descriptor their_group = group.joining() ? high(group.joining().get()) : Descriptor{};
    actions.give_or_close(their_lock, worker::kLockDescriptor);
    actions.give_or_close(their_group, worker::kGroupDescriptor);
    actions.close_from(worker::kGroupDescriptor + 1);
    if (!options.working_directory.empty()) actions.change_directory(options.working_directory);

    ScratchPlace scratch{options.scratch};
    WorkerMark mark;
    const pid_t pid = start(options, actions, mode, scratch.path(), mark);
    return {std::make_unique<ProcessBody>(pid, watch(pid), std::move(mark), std::move(group)),
            std::move(control.ours),
            std::move(out.ours),
            std::move(err.ours),
            std::move(page),
            std::move(scratch)};
}

}  // namespace jobhost::host
