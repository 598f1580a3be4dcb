// Tells the other hosts that this one lives, and this one that the database still regards it as live.
#pragma once

#include "host/upkeep/server_lease.hpp"
#include "storage/server_store.hpp"

#include <functional>

namespace jobhost::host {

// Thread-safe.
class Heartbeat {
public:
    // Called on the thread that beats.
    struct Callbacks {
        std::function<void()> renewed;  // the lease has a later deadline
        std::function<void()> refused;  // this server is not live any more
    };

    // References outlive this.
    Heartbeat(storage::ServerStore& servers, ServerId server, ServerLease& lease, const BootClock& clock,
              Callbacks callbacks)
        : servers_{servers},
          server_{server},
          lease_{lease},
          clock_{clock},
          callbacks_{std::move(callbacks)} {}

    // Beats; how long until the next beat is due, counted from when this one was sent.
    Duration run_once();

    // One beat out of turn: before anything is written after an outage. False: this server is not live any
    // more, and nothing that it does counts. Throws StorageError, and then nobody knows.
    bool beat();

private:
    storage::ServerStore& servers_;
    const ServerId server_;
    ServerLease& lease_;
    const BootClock& clock_;
    const Callbacks callbacks_;
};

}  // namespace jobhost::host
