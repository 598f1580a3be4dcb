// Does to the running jobs what the stage of the lease demands.
#pragma once

#include "host/upkeep/server_lease.hpp"

#include <functional>

namespace jobhost::host {

// Not thread-safe.
class LeaseWatch {
public:
    // Each is called once when its stage begins; one that was slept through is left out.
    struct Callbacks {
        std::function<void()> cancel;
        std::function<void()> kill;
    };

    // `lease` outlives this.
    LeaseWatch(const ServerLease& lease, Callbacks callbacks)
        : lease_{lease}, callbacks_{std::move(callbacks)} {}

    // How long until it is worth looking again: at most a second, because timers stand still while the
    // machine sleeps and the lease does not.
    Duration run_once();

private:
    void enter(LeaseStage stage);

    const ServerLease& lease_;
    const Callbacks callbacks_;
    LeaseStage stage_ = LeaseStage::held;
};

}  // namespace jobhost::host
