#include "host/worker/process_setup.hpp"

#include "host/worker/limits.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <unistd.h>

namespace jobhost::worker {
namespace {

// A broken pipe must be an error of the call, not the end of the worker. A handler and not SIG_IGN, because
// the latter would be inherited by the programs that jobs start.
void ignore_broken_pipes() {
    struct sigaction action {};
    action.sa_handler = [](int) {};
    action.sa_flags = SA_RESTART;
    sigaction(SIGPIPE, &action, nullptr);
}

}  // namespace

void settle_in(pid_t parent) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    // The parent may have died before the line above; then nobody would ever send the signal.
    if (getppid() != parent) _exit(kExitHostGone);

    // What is started later is in the group too, and cannot leave it. It may be absent.
    if (write(kGroupDescriptor, "0", 1) == 1 || errno != EBADF) close(kGroupDescriptor);
    // The lock's descriptor may be absent; fcntl then fails, which is what we want.
    for (int number = kControlDescriptor; number <= kLockDescriptor; ++number)
        fcntl(number, F_SETFD, FD_CLOEXEC);
    const rlimit none{0, 0};
    setrlimit(RLIMIT_CORE, &none);
    if (getpgrp() != getpid()) setpgid(0, 0);
    ignore_broken_pipes();
    // Whole lines, so that a crash loses at most the last one and lines of several threads do not mix.
    setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
    setvbuf(stderr, nullptr, _IOLBF, BUFSIZ);
}

void end_process(int status) noexcept {
    if (status == kExitHostGone && getpgrp() == getpid()) kill(0, SIGKILL);
    _exit(status);
}

}  // namespace jobhost::worker
