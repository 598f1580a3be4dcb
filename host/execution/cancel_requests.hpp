// Runs of this host that somebody wants to end.
#pragma once

#include "host/sync/boot_clock.hpp"
#include "storage/job_store.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace jobhost::host {

// Not thread-safe.
class CancelRequests {
public:
    // `found` is told of a run again and again until it has ended: the first time its job may not have come
    // to those who run it. References outlive this.
    CancelRequests(storage::JobStore& jobs, ServerId server, const BootClock& clock,
                   std::function<void(std::vector<storage::HeldRun>)> found)
        : jobs_{jobs}, server_{server}, clock_{clock}, found_{std::move(found)} {}

    // Looks, unless it has just done so; how long until it is time to look again. Throws StorageError.
    Duration run_once();

private:
    storage::JobStore& jobs_;
    const ServerId server_;
    const BootClock& clock_;
    const std::function<void(std::vector<storage::HeldRun>)> found_;
    std::optional<BootTime> looked_at_;
};

}  // namespace jobhost::host
