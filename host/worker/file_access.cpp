#include "host/worker/file_access.hpp"

#include "host/worker/descriptor.hpp"
#include "host/worker/refusal.hpp"

#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

// Newer than the kernel headers of Debian 12.
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif
#ifndef LANDLOCK_ACCESS_FS_IOCTL_DEV
#define LANDLOCK_ACCESS_FS_IOCTL_DEV (1ULL << 15)
#endif

namespace jobhost::worker {
namespace {

using Rights = std::uint64_t;

constexpr Rights kRead = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr Rights kFirst = (Rights{LANDLOCK_ACCESS_FS_MAKE_SYM} << 1) - 1;  // those of the first version
constexpr Rights kWrite =
    (kFirst | LANDLOCK_ACCESS_FS_REFER | LANDLOCK_ACCESS_FS_TRUNCATE) &
    ~Rights{LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK};
constexpr Rights kDevice = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE |
                           LANDLOCK_ACCESS_FS_TRUNCATE | LANDLOCK_ACCESS_FS_IOCTL_DEV;
constexpr Rights kOfFiles = kDevice | LANDLOCK_ACCESS_FS_EXECUTE;

// What the loader, the C library and TLS read in any program.
constexpr std::array kSystem{"/usr",
                             "/lib",
                             "/lib64",
                             "/bin",
                             "/sbin",
                             "/etc/ssl",
                             "/etc/ca-certificates",
                             "/etc/ld.so.cache",
                             "/etc/hosts",
                             "/etc/host.conf",
                             "/etc/resolv.conf",
                             "/etc/nsswitch.conf",
                             "/etc/gai.conf",
                             "/etc/services",
                             "/etc/protocols",
                             "/etc/localtime",
                             "/etc/timezone",
                             "/etc/passwd",
                             "/etc/group",
                             "/etc/os-release",
                             "/etc/mime.types",
                             "/etc/fonts",
                             "/etc/locale.alias",
                             "/proc/self",
                             "/proc/cpuinfo",
                             "/proc/meminfo",
                             "/sys/devices/system/cpu"};
constexpr std::array kDevices{"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"};

[[noreturn]] void refuse(const std::string& what) {
    throw Refusal{"its sandbox cannot be made: " + what + ": " + std::generic_category().message(errno),
                  "correct sandbox in plugins of the host file"};
}

// As of version 6, which is newer than the headers, too.
struct Attributes {
    std::uint64_t handled_access_fs = 0;
    std::uint64_t handled_access_net = 0;
    std::uint64_t scoped = 0;
};
// No signals, and no connections to abstract sockets, of processes that are not confined like this.
constexpr std::uint64_t kScopes = (1ULL << 0) | (1ULL << 1);

class Ruleset {
public:
    Ruleset() {
        const auto version =
            syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
        if (version < 1)
            throw Refusal{"this kernel has no Landlock, which the sandbox profile strict needs",
                          "turn Landlock on (lsm=landlock,...), or choose the profile default"};
        handled_ = kFirst;
        if (version >= 2) handled_ |= LANDLOCK_ACCESS_FS_REFER;
        if (version >= 3) handled_ |= LANDLOCK_ACCESS_FS_TRUNCATE;
        if (version >= 5) handled_ |= LANDLOCK_ACCESS_FS_IOCTL_DEV;
        Attributes attributes{.handled_access_fs = handled_};
        if (version >= 6) attributes.scoped = kScopes;
        const std::size_t size = version >= 6 ? sizeof attributes : sizeof attributes.handled_access_fs;
        rules_ = Descriptor{static_cast<int>(syscall(SYS_landlock_create_ruleset, &attributes, size, 0))};
        if (!rules_) refuse("landlock_create_ruleset");
    }

    // False: there is no such file.
    bool allow(const std::string& path, Rights rights) {
        const Descriptor file{open(path.c_str(), O_PATH | O_CLOEXEC)};
        if (!file && (errno == ENOENT || errno == ENOTDIR || errno == EACCES)) return false;
        if (!file) refuse(path);
        struct stat facts {};
        if (fstat(file.get(), &facts) != 0) refuse(path);
        if (!S_ISDIR(facts.st_mode)) rights &= kOfFiles;
        const landlock_path_beneath_attr rule{.allowed_access = rights & handled_, .parent_fd = file.get()};
        if (syscall(SYS_landlock_add_rule, rules_.get(), LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
            refuse(path);
        return true;
    }
    void allow_named(const std::string& path, Rights rights) {
        if (!allow(path, rights)) refuse(path);
    }
    void enforce() const {
        if (syscall(SYS_landlock_restrict_self, rules_.get(), 0) != 0) refuse("landlock_restrict_self");
    }

private:
    Rights handled_ = 0;
    Descriptor rules_;
};

}  // namespace

void restrict_file_access(const Confinement& confinement, const std::string& scratch) {
    const Rights read = kRead | (confinement.has_programs ? LANDLOCK_ACCESS_FS_EXECUTE : 0);
    Ruleset rules;
    for (const char* path : kSystem)
        rules.allow(path, read);
    for (const char* path : kDevices)
        rules.allow(path, kDevice);
    for (const std::string& path : confinement.readable)
        rules.allow_named(path, read);
    for (const std::string& path : confinement.writable)
        rules.allow_named(path, read | kWrite);
    if (!scratch.empty()) rules.allow_named(scratch, read | kWrite);
    rules.enforce();
}

}  // namespace jobhost::worker
