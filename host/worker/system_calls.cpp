#include "host/worker/system_calls.hpp"

#include "host/worker/refusal.hpp"

#include <array>
#include <cerrno>
#include <memory>
#include <sched.h>
#include <seccomp.h>
#include <system_error>
#include <unistd.h>

namespace jobhost::worker {
namespace {

// What changes the machine, or reaches into other processes or the kernel: no job of a job host has a use for
// them.
constexpr std::array kDenied{"acct",
                             "add_key",
                             "adjtimex",
                             "bpf",
                             "clock_adjtime",
                             "clock_settime",
                             "delete_module",
                             "finit_module",
                             "fsconfig",
                             "fsmount",
                             "fsopen",
                             "fspick",
                             "init_module",
                             "io_uring_setup",
                             "ioperm",
                             "iopl",
                             "kexec_file_load",
                             "kexec_load",
                             "keyctl",
                             "mount",
                             "mount_setattr",
                             "move_mount",
                             "open_by_handle_at",
                             "open_tree",
                             "perf_event_open",
                             "pidfd_getfd",
                             "pivot_root",
                             "process_vm_readv",
                             "process_vm_writev",
                             "ptrace",
                             "quotactl",
                             "quotactl_fd",
                             "reboot",
                             "request_key",
                             "setdomainname",
                             "sethostname",
                             "setns",
                             "settimeofday",
                             "stime",
                             "swapoff",
                             "swapon",
                             "syslog",
                             "umount",
                             "umount2",
                             "unshare",
                             "userfaultfd",
                             "vhangup"};

// What changes a file by its name, wherever it is, and memory and queues that all processes share.
constexpr std::array kDeniedByName{"chmod",       "chown",         "fchmodat",     "fchmodat2", "fchownat",
                                   "futimesat",   "lchown",        "lremovexattr", "lsetxattr", "msgget",
                                   "removexattr", "removexattrat", "semget",       "setxattr",  "setxattrat",
                                   "shmget",      "utime",         "utimes"};

class Filter {
public:
    Filter() : context_{seccomp_init(SCMP_ACT_ALLOW), &seccomp_release} {
        if (!context_) fail(ENOMEM);
    }
    // A name that this machine has no number for is left out.
    template <class... Conditions>
    void deny(const char* name, int error, Conditions... conditions) {
        const int number = seccomp_syscall_resolve_name(name);
        if (number == __NR_SCMP_ERROR) return;
        check(seccomp_rule_add(context_.get(), SCMP_ACT_ERRNO(static_cast<std::uint16_t>(error)), number,
                               sizeof...(conditions), conditions...));
    }
    void load() { check(seccomp_load(context_.get())); }

private:
    static void check(int result) {
        if (result < 0) fail(-result);
    }
    [[noreturn]] static void fail(int error) {
        throw Refusal{"its system calls cannot be restricted: " + std::generic_category().message(error),
                      "choose another sandbox profile in plugins of the host file"};
    }

    std::unique_ptr<void, decltype(&seccomp_release)> context_;
};

// Neither the host nor all processes of its user.
void deny_signals(Filter& filter) {
    constexpr scmp_datum_t kPid = 0xFFFFFFFF;  // the upper half of the register may be anything
    const auto host = static_cast<std::uint32_t>(getppid());
    for (const std::uint32_t target :
         {host, static_cast<std::uint32_t>(-static_cast<std::int32_t>(host)), static_cast<std::uint32_t>(-1)})
        for (const char* name :
             {"kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_open"})
            filter.deny(name, EPERM, SCMP_A0(SCMP_CMP_MASKED_EQ, kPid, target));
}

}  // namespace

void restrict_system_calls(const Confinement& confinement) {
    Filter filter;
    for (const char* name : kDenied)
        filter.deny(name, EPERM);
    deny_signals(filter);
    // Of others.
    filter.deny("prlimit64", EPERM, SCMP_A0(SCMP_CMP_NE, 0), SCMP_A2(SCMP_CMP_NE, 0));
    // A user namespace gives back what was taken. The flags of clone3 cannot be seen here; the C library then
    // does without it.
    filter.deny("clone", EPERM, SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_NEWUSER, CLONE_NEWUSER));
    filter.deny("clone3", ENOSYS);
    if (confinement.profile == Confinement::Profile::strict) {
        if (!confinement.has_network) filter.deny("socket", EACCES);
        // Landlock does not see these, as they need no open file.
        for (const char* name : kDeniedByName)
            filter.deny(name, EPERM);
        filter.deny("utimensat", EPERM, SCMP_A1(SCMP_CMP_NE, 0));  // a null path means an open file
        // Landlock does not see programs that lie in memory.
        if (!confinement.has_programs)
            for (const char* name : {"execve", "execveat"})
                filter.deny(name, EACCES);
    }
    filter.load();
}

}  // namespace jobhost::worker
