// When files that change are to be read: once whoever writes them is done.
#pragma once

#include "host/reload/files_seen.hpp"
#include "host/sync/boot_clock.hpp"
#include "storage/model/time.hpp"

#include <optional>

namespace jobhost::host {

// Not thread-safe. Until read() is called for the first time, nothing has been read.
class Settling {
public:
    // A look saw this. Nothing: it has been read. Else how long the files have to stay as they are now until
    // they are to be read; zero: now. A file that has become shorter, or is gone, may be in the middle of
    // being written anew: it has longer, and is never read before it is quiet. Otherwise it is no longer than
    // a second from the first change, though somebody writes all the time.
    std::optional<Duration> see(FilesSeen seen, BootTime now);

    // What was seen last is about to be read. If it had changed just before, it is read once more when it is
    // quiet, as it may have been written in the same instant.
    void read(BootTime now);
    // What was read was quiet.
    bool is_settled() const noexcept { return is_settled_; }

private:
    bool has_less() const;

    std::optional<FilesSeen> read_;
    FilesSeen last_;
    BootTime quiet_since_{};
    std::optional<BootTime> changed_since_;
    bool is_settled_ = false;
};

}  // namespace jobhost::host
