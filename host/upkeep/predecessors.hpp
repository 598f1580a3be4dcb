// Hosts that ran from this state folder and have provably ended: their jobs run again at once.
#pragma once

#include "host/sync/back_off.hpp"
#include "storage/server_store.hpp"

#include <filesystem>
#include <functional>
#include <string>

namespace jobhost::host {

// Not thread-safe.
class Predecessors {
public:
    // `recovered` is called when there is something new to claim. References outlive this.
    Predecessors(storage::ServerStore& servers, std::filesystem::path state_folder,
                 std::string own_incarnation, std::function<void()> recovered)
        : servers_{servers},
          folder_{std::move(state_folder)},
          own_incarnation_{std::move(own_incarnation)},
          recovered_{std::move(recovered)} {}

    // Looks at each lock file but our own. One that can be locked belonged to a host that has ended with all
    // its workers: it is declared dead, its jobs go back to their queues, and the file goes; that of a host
    // of another database stays. How long until it is worth looking again: soon while there are others that
    // still hold theirs, later and later as they go on.
    Duration run_once();

private:
    // False: it was a host of another database.
    bool recover(const std::string& incarnation);

    storage::ServerStore& servers_;
    const std::filesystem::path folder_;
    const std::string own_incarnation_;
    const std::function<void()> recovered_;
    BackOff pause_{std::chrono::milliseconds{20}, std::chrono::seconds{5}};
};

}  // namespace jobhost::host
