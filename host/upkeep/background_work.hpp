// Work on jobs that is too much for one transaction, or has to wait: whichever host comes first does it.
#pragma once

#include "host/sync/boot_clock.hpp"
#include "storage/storage.hpp"

namespace jobhost::host {

// Not thread-safe.
class BackgroundWork {
public:
    // References outlive this.
    BackgroundWork(storage::Storage& storage, const BootClock& clock);

    // A step of whatever there is: what follows from the ends of jobs, operations on many jobs, free slots of
    // limits; once in a while a look for jobs that were forgotten. Called too soon it does nothing: while
    // others write all the time, there is news all the time. How long until the next one. Throws
    // StorageError.
    Duration run_once();

private:
    void sweep();

    storage::Storage& storage_;
    const BootClock& clock_;
    BootTime next_step_;
    BootTime next_grant_;
    BootTime next_sweep_;
};

}  // namespace jobhost::host
