#include "host/upkeep/heartbeat.hpp"

#include <algorithm>

namespace jobhost::host {

namespace {
constexpr Duration kPeriod = std::chrono::seconds{5};
}  // namespace

Duration Heartbeat::run_once() {
    const BootTime sent = clock_.now();
    beat();
    return std::max(std::chrono::ceil<Duration>(sent + kPeriod - clock_.now()), Duration::zero());
}

bool Heartbeat::beat() {
    const BootTime sent = clock_.now();
    if (!servers_.beat(server_, kServerLease)) {
        callbacks_.refused();
        return false;
    }
    lease_.renew(sent);
    callbacks_.renewed();
    return true;
}

}  // namespace jobhost::host
