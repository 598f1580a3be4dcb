// The other hosts of this database: those that have fallen silent are declared dead, and their jobs run
// again.
#pragma once

#include "host/sync/boot_clock.hpp"
#include "storage/server_store.hpp"

#include <functional>
#include <map>
#include <optional>

namespace jobhost::host {

// Not thread-safe.
class Neighbours {
public:
    struct Callbacks {
        std::function<void()> recovered;  // there is something new to claim
        // Whether this server's own beats get through. While they do not, those of the others may be held up
        // by the same thing, a locked database file for instance, and nobody's silence counts.
        std::function<bool()> may_judge;
        // A read that began at `asked` showed this server as live, and no other one.
        std::function<void(BootTime asked)> alone;
    };

    // `own` is announced already: what is counted before others could see this server would not hold
    // against them. References outlive this.
    Neighbours(storage::ServerStore& servers, ServerId own, const BootClock& clock, Callbacks callbacks)
        : servers_{servers}, own_{own}, clock_{clock}, callbacks_{std::move(callbacks)} {}

    // Reads all beats. A server whose beat has been the same for the whole of its own lease, by this
    // machine's clock and in reads at most six seconds apart, is declared dead, unless it beats in that very
    // moment. Then gives back the jobs of all servers that are not live: also what an earlier recovery left.
    // How long until it is time to read again.
    Duration run_once();

private:
    // What was seen of a server that has not beaten since.
    struct Silence {
        std::int64_t beat = 0;
        BootTime since{};  // after the first read that showed this beat
    };

    void observe(const std::vector<storage::ServerInfo>& found, BootTime asked, BootTime answered);
    bool is_alone(const std::vector<storage::ServerInfo>& found) const;
    void declare_silent(const std::vector<storage::ServerInfo>& found, BootTime asked);
    void recover_stranded();
    Duration next_pause(const std::vector<storage::ServerInfo>& found) const;

    storage::ServerStore& servers_;
    const ServerId own_;
    const BootClock& clock_;
    const Callbacks callbacks_;
    std::map<ServerId, Silence> silences_;  // of the live ones
    std::optional<BootTime> last_asked_;    // of the last successful read
};

}  // namespace jobhost::host
