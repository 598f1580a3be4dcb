#include "host/reload/folder_watch.hpp"

#include <sys/inotify.h>

#include <array>
#include <unistd.h>

namespace jobhost::host {

namespace {

// Not each write: a database may lie in the same folder. Who writes for long and closes late is found by a
// look.
constexpr std::uint32_t kEvents = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO |
                                  IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF;

}  // namespace

InotifyWatch::InotifyWatch() : inotify_{::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)} {}

void InotifyWatch::watch(const std::set<std::filesystem::path>& folders) {
    if (!inotify_) return;
    std::set<int> watched;
    for (const std::filesystem::path& folder : folders) {
        const int watch = ::inotify_add_watch(inotify_.get(), folder.c_str(), kEvents | IN_ONLYDIR);
        if (watch >= 0) watched.insert(watch);
    }
    for (const int before : watched_)
        if (!watched.contains(before)) ::inotify_rm_watch(inotify_.get(), before);
    watched_ = std::move(watched);
}

void InotifyWatch::drain() noexcept {
    std::array<char, 64 * 1024> events;
    while (::read(inotify_.get(), events.data(), events.size()) > 0) {
    }
}

}  // namespace jobhost::host
