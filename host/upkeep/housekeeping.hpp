// Keeps the database small and its numbers right. Every host does it; they do not get in each other's way.
#pragma once

#include "host/sync/boot_clock.hpp"
#include "storage/model/time.hpp"
#include "storage/upkeep_store.hpp"

namespace jobhost::host {

// Not thread-safe.
class Housekeeping {
public:
    // References outlive this.
    Housekeeping(storage::UpkeepStore& upkeep, const BootClock& clock);

    // One short transaction of what is due: removing what has been kept for long enough, folding counters,
    // and once a day counting all jobs. How long until it is worth calling again: at once while there is more
    // to remove.
    Duration run_once();

private:
    bool is_due(BootTime& at, Duration period);
    bool purge_some();

    storage::UpkeepStore& upkeep_;
    const BootClock& clock_;
    storage::PurgePosition position_;
    BootTime next_purge_;
    BootTime next_count_purge_;
    BootTime next_fold_;
    BootTime next_recount_;
};

}  // namespace jobhost::host
