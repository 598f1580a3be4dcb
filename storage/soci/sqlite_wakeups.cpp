#include "storage/soci/sqlite_wakeups.hpp"

#include <sys/inotify.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <unistd.h>

namespace jobhost::storage {

SqliteWakeups::SqliteWakeups(const std::filesystem::path& signal_file)
    : descriptor_{::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)} {
    if (descriptor_ < 0 || ::inotify_add_watch(descriptor_, signal_file.c_str(), IN_ATTRIB) < 0) {
        const std::string why = std::generic_category().message(errno);
        if (descriptor_ >= 0) ::close(descriptor_);
        throw StorageError{StorageError::Kind::unavailable,
                           "cannot watch " + signal_file.string() + ": " + why};
    }
}

SqliteWakeups::~SqliteWakeups() {
    ::close(descriptor_);
}

bool SqliteWakeups::drain() noexcept {
    bool any = false;
    std::array<char, 4096> events;
    while (::read(descriptor_, events.data(), events.size()) > 0)
        any = true;
    return any;
}

}  // namespace jobhost::storage
