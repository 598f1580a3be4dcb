// When files that change are to be read: once whoever writes them is done.
#pragma once

#include "host/reload/files_seen.hpp"
#include "host/sync/boot_clock.hpp"
#include "storage/model/time.hpp"

#include <map>
#include <optional>
#include <set>

namespace jobhost::host {

// Each file is judged by itself, and all that have changed are read together, as they may belong together.
// But when one of them is done, it waits no longer than two seconds for those that are not. Not thread-safe.
class Settling {
public:
    // A look saw this. Nothing: all of it has been read. Else how long the files have to stay as they are now
    // until they are to be read; zero: now. Of one that was put in the place of another, a tenth of a second,
    // or one second from its first change though it is replaced all the time. One that is written where it
    // is, that is shorter than before, or gone, may be in the middle of being written: it has longer.
    std::optional<Duration> see(const FilesSeen& seen, BootTime now);

    // Files that are being written just now, or come and go: they are not to be read.
    std::set<std::filesystem::path> restless(BootTime now) const;
    // Of those, the ones that have been other than as read for so long that somebody should know.
    std::set<std::filesystem::path> restless_for_long(BootTime now) const;

    // What was seen last is about to be read, apart from those that are restless; or all of it, as somebody
    // asks for it. What had changed just before is read once more when it is quiet, as it may have been
    // written in the same instant.
    void read(BootTime now);
    void read_all(BootTime now);
    // What was read was quiet.
    bool is_settled() const noexcept { return is_settled_; }

private:
    struct File {
        std::optional<FileMark> read;
        std::optional<FileMark> last;
        BootTime quiet_since{};
        std::optional<BootTime> changed_since{};
        bool is_settled = true;
        bool is_written_in_place = false;

        bool is_changed() const { return last != read || !is_settled; }
        BootTime ready_at() const;  // REQUIRES: is_changed()
        void see(const std::optional<FileMark>& mark, BootTime now);
    };
    void take(File& file, BootTime now);

    std::map<std::filesystem::path, File> files_;
    bool is_settled_ = false;
};

}  // namespace jobhost::host
