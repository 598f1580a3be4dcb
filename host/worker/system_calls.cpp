#include "host/worker/system_calls.hpp"

#include "host/worker/refusal.hpp"

#include <array>
#include <cerrno>
#include <memory>
#include <sched.h>
#include <seccomp.h>
#include <system_error>

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

}  // namespace

void restrict_system_calls(const Confinement& confinement) {
    Filter filter;
    for (const char* name : kDenied)
        filter.deny(name, EPERM);
    // A user namespace gives back what was taken. The flags of clone3 cannot be seen here; the C library then
    // does without it.
    filter.deny("clone", EPERM, SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_NEWUSER, CLONE_NEWUSER));
    filter.deny("clone3", ENOSYS);
    if (confinement.profile == Confinement::Profile::strict) {
        if (!confinement.has_network) filter.deny("socket", EACCES);
        // Landlock does not see programs that lie in memory.
        if (!confinement.has_programs)
            for (const char* name : {"execve", "execveat"})
                filter.deny(name, EACCES);
    }
    filter.load();
}

}  // namespace jobhost::worker
