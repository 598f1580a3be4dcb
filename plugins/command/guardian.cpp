// A process has no last word when it is killed, and PR_SET_PDEATHSIG reaches only its children, not theirs.
// So a second process, made once by fork, waits for the end of a pipe that only we hold open.
#include "plugins/command/guardian.hpp"

#include "plugins/command/descriptor.hpp"

#include <jobhost/errors.hpp>

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <new>
#include <signal.h>
#include <string>
#include <string_view>
#include <system_error>
#include <unistd.h>

namespace command {

namespace {

using Group = std::atomic<pid_t>;
static_assert(Group::is_always_lock_free);

[[noreturn]] void throw_system_error(std::string_view what, int code) {
    throw jobhost::Error("system", std::string(what) + ": " + std::generic_category().message(code));
}

// Runs in the fork of a process with threads: nothing but system calls.
[[noreturn]] void keep_watch(int alive, const Group& group) {
    // A group of its own, because the host kills ours; and nothing of ours is held open.
    ::setpgid(0, 0);
    ::prctl(PR_SET_NAME, "jobhost-guard");
    if (alive > 0) ::close_range(0, static_cast<unsigned>(alive) - 1, 0);
    ::close_range(static_cast<unsigned>(alive) + 1, ~0U, 0);
    sigset_t all;
    ::sigfillset(&all);
    ::sigprocmask(SIG_BLOCK, &all, nullptr);
    char byte = 0;
    while (::read(alive, &byte, 1) < 0 && errno == EINTR) {
    }
    if (const pid_t left = group.load(); left > 0) ::killpg(left, SIGKILL);
    ::_exit(0);
}

class Guardian {
public:
    Guardian() {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) throw_system_error("cannot make a pipe", errno);
        const Descriptor read(ends[0]);
        alive_ = Descriptor(ends[1]);
        void* page =
            ::mmap(nullptr, sizeof(Group), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (page == MAP_FAILED) throw_system_error("cannot share memory", errno);
        group_ = new (page) Group{0};
        // A fork without the signal at its end: who waits for all children, such as a test, does not meet it.
        process_ = static_cast<pid_t>(::syscall(SYS_clone, 0, nullptr, nullptr, nullptr, nullptr));
        if (process_ == 0) keep_watch(read.number(), *group_);
        if (process_ < 0) {
            const int error = errno;
            ::munmap(page, sizeof(Group));
            throw_system_error("cannot start a guardian", error);
        }
        ::setpgid(process_, process_);  // it does so too; whoever comes first
    }
    Guardian(const Guardian&) = delete;
    Guardian& operator=(const Guardian&) = delete;
    ~Guardian() {
        alive_.close();
        while (::waitpid(process_, nullptr, __WCLONE) < 0 && errno == EINTR) {
        }
        ::munmap(group_, sizeof(Group));
    }

    void watch(pid_t group) noexcept { group_->store(group); }

private:
    Descriptor alive_;  // closed by the kernel when this process dies
    Group* group_ = nullptr;
    pid_t process_ = -1;
};

}  // namespace

void guard(pid_t group) {
    static Guardian guardian;
    guardian.watch(group);
}

}  // namespace command
