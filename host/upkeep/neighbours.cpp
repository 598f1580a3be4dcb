#include "host/upkeep/neighbours.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace jobhost::host {

namespace {

using namespace std::chrono_literals;

constexpr Duration kPeriod = 3s;
// After a longer gap nobody knows whether the others could have beaten, and the count begins anew.
constexpr BootTime kLongestGap = 6s;
constexpr std::size_t kServersPerSweep = 100;
constexpr std::size_t kBatch = 500;

}  // namespace

Duration Neighbours::run_once() {
    const BootTime asked = clock_.now();
    const auto found = servers_.list();
    observe(found, asked, clock_.now());
    if (is_alone(found)) callbacks_.alone(asked);
    declare_silent(found, asked);
    recover_stranded();
    return next_pause(found);
}

// Nobody knows when between question and answer the row was read. So a silence begins with an answer and
// lasts until a question, and the gap between two reads is the longest that it can have been.
void Neighbours::observe(const std::vector<storage::ServerInfo>& found, BootTime asked, BootTime answered) {
    const bool is_gap = !last_asked_ || answered - *last_asked_ > kLongestGap || !callbacks_.may_judge();
    last_asked_ = asked;
    std::map<ServerId, Silence> silences;
    for (const storage::ServerInfo& server : found) {
        if (server.state != storage::ServerState::live || server.id == own_) continue;
        const auto known = silences_.find(server.id);
        const bool goes_on = !is_gap && known != silences_.end() && known->second.beat == server.beat;
        silences[server.id] = goes_on ? known->second : Silence{server.beat, answered};
    }
    silences_ = std::move(silences);
}

bool Neighbours::is_alone(const std::vector<storage::ServerInfo>& found) const {
    const bool is_live = std::any_of(found.begin(), found.end(), [this](const auto& server) {
        return server.id == own_ && server.state == storage::ServerState::live;
    });
    return is_live && silences_.empty();
}

void Neighbours::declare_silent(const std::vector<storage::ServerInfo>& found, BootTime asked) {
    for (const storage::ServerInfo& server : found) {
        const auto silence = silences_.find(server.id);
        if (silence == silences_.end() || asked - silence->second.since < server.lease) continue;
        if (servers_.declare_dead(server.id, silence->second.beat))
            spdlog::warn("server {} (process {} on {}) is dead: it has not beaten for {} s", server.name,
                         server.pid, server.host_name,
                         std::chrono::floor<std::chrono::seconds>(asked - silence->second.since).count());
        silences_.erase(silence);
    }
}

void Neighbours::recover_stranded() {
    std::size_t total = 0;
    for (const ServerId server : servers_.stranded(kServersPerSweep)) {
        // Our own jobs may still run here; they are for us when we have returned as another server.
        if (server == own_) continue;
        for (std::size_t count = kBatch; count == kBatch; total += count)
            count = servers_.recover(server, kBatch);
    }
    if (total == 0) return;
    spdlog::warn("{} jobs of servers that have ended without notice run again", total);
    callbacks_.recovered();
}

// Sooner than usual when a silence is about to last long enough.
Duration Neighbours::next_pause(const std::vector<storage::ServerInfo>& found) const {
    Duration pause = kPeriod;
    for (const storage::ServerInfo& server : found)
        if (const auto silence = silences_.find(server.id); silence != silences_.end())
            pause = std::min(
                pause, std::chrono::ceil<Duration>(silence->second.since + server.lease - clock_.now()));
    return std::max(pause, Duration::zero());
}

}  // namespace jobhost::host
