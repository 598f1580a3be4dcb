#include "host/upkeep/server_lease.hpp"

namespace jobhost::host {

namespace {

constexpr BootTime kWaning = kServerLease / 2;
constexpr BootTime kFailing = kServerLease * 4 / 5;
constexpr BootTime kLost = kServerLease * 19 / 20;

}  // namespace

void ServerLease::renew(BootTime asked) noexcept {
    std::int64_t present = begun_.load();
    while (asked.count() > present && !begun_.compare_exchange_weak(present, asked.count())) {
    }
}

LeaseStage ServerLease::stage() const noexcept {
    const BootTime age = clock_.now() - begun();
    if (age < kWaning) return LeaseStage::held;
    if (age < kFailing) return LeaseStage::waning;
    return age < kLost ? LeaseStage::failing : LeaseStage::lost;
}

BootTime ServerLease::deadline() const noexcept {
    return begun() + kServerLease;
}

std::optional<Duration> ServerLease::until_next_stage() const noexcept {
    const BootTime age = clock_.now() - begun();
    for (const BootTime next : {kWaning, kFailing, kLost})
        if (age < next) return std::chrono::ceil<Duration>(next - age);
    return std::nullopt;
}

}  // namespace jobhost::host
