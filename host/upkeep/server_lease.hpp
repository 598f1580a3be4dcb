// How long this host may go on without hearing from the database.
#pragma once

#include "host/sync/boot_clock.hpp"
#include "storage/model/time.hpp"

#include <atomic>
#include <optional>

namespace jobhost::host {

// Others regard a server as dead when they have seen no beat of it for so long; see ServerInfo::lease.
inline constexpr Duration kServerLease = std::chrono::seconds{20};

// The holder is stricter than those who watch it, so that its jobs have ended before others run them.
enum class LeaseStage {
    held,
    waning,   // half of it is gone: nothing is claimed and nothing begins
    failing,  // four fifths are gone: running jobs are cancelled
    lost,     // 19 parts of 20 are gone: they are killed
};

// Counts from before the last question was sent that the database answered with "you are live": whoever
// watches has read that beat later, and waits as long. Thread-safe.
class ServerLease {
public:
    // `begun`: before the server was announced. `clock` outlives this.
    ServerLease(const BootClock& clock, BootTime begun) noexcept : clock_{clock}, begun_{begun.count()} {}

    // The database has confirmed it in answer to what was sent at `asked`. An earlier instant than the
    // present one changes nothing.
    void renew(BootTime asked) noexcept;

    LeaseStage stage() const noexcept;
    bool may_begin() const noexcept { return stage() == LeaseStage::held; }
    // From then on no worker of this host may live.
    BootTime deadline() const noexcept;
    // How long until stage() may be another one, if nothing renews it; nothing in the last stage.
    std::optional<Duration> until_next_stage() const noexcept;

private:
    BootTime begun() const noexcept { return BootTime{begun_.load()}; }

    const BootClock& clock_;
    std::atomic<std::int64_t> begun_;  // BootTime
};

}  // namespace jobhost::host
