#include "host/upkeep/last_jobs.hpp"

#include <algorithm>

namespace jobhost::host {

namespace {
using namespace std::chrono_literals;
constexpr Duration kPeriod = 5s;
}  // namespace

void LastJobs::set(Needs needs) {
    needs_.with([&](auto& all) { all = std::move(needs); });
}

Duration LastJobs::run_once() {
    const Needs needs = needs_.with([](const auto& all) { return all; });
    if (needs.empty()) {
        without_jobs_.clear();
        return 1h;
    }
    const std::set<TypeVersion> unfinished = queries_.unfinished_types();
    const BootTime now = clock_.now();
    std::map<std::uint64_t, BootTime> without;
    for (const auto& [generation, types] : needs) {
        if (std::ranges::any_of(types, [&](const auto& type) { return unfinished.contains(type); })) continue;
        const auto before = without_jobs_.find(generation);
        const BootTime since = before == without_jobs_.end() ? now : before->second;
        without.emplace(generation, since);
        if (now - since >= kPeriod) none_left_(generation);
    }
    without_jobs_ = std::move(without);
    return kPeriod;
}

}  // namespace jobhost::host
