#include "host/scheduling/recurring_jobs.hpp"

#include "host/scheduling/job_of_definition.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace jobhost::host {

namespace {

constexpr Duration kLongestPause = std::chrono::seconds{10};
// How many missed instants are walked over at the most to find the latest one.
constexpr int kMostSteps = 100'000;

// The latest instant of `schedule` in [first, now].
TimePoint latest_due(const Schedule& schedule, TimePoint first, TimePoint now) {
    TimePoint latest = first;
    for (int step = 0; step < kMostSteps; ++step) {
        const auto next = next_due(schedule, latest);
        if (!next || *next > now) break;
        latest = *next;
    }
    return latest;
}

}  // namespace

Duration RecurringJobs::run_once() {
    const auto stored = definitions_.list();
    const TimePoint now = clock_.now();
    std::vector<storage::Firing> firings;
    TimePoint earliest = now + kLongestPause;
    for (const storage::StoredDefinition& definition : stored) {
        if (!definition.next_at || !definition.definition.schedule) continue;
        std::optional<TimePoint> next = definition.next_at;
        if (*next <= now) {
            firings.push_back(firing_of(definition, now));
            next = firings.back().next;
        }
        if (next) earliest = std::min(earliest, *next);
    }
    if (!firings.empty()) {
        const std::size_t fired = definitions_.fire(firings);
        spdlog::debug("{} of {} due definitions fired here", fired, firings.size());
        if (fired > 0) fired_();
    }
    return std::max(earliest - clock_.now(), Duration::zero());
}

storage::Firing RecurringJobs::firing_of(const storage::StoredDefinition& stored, TimePoint now) {
    const Schedule& schedule = *stored.definition.schedule;
    NewJob job = job_of_definition(stored.definition, now);
    job.id = jobs_.reserve_ids(1);
    if (const auto version = payload_versions_.find(job.type); version != payload_versions_.end())
        job.payload_version = version->second;
    job.definition = stored.id;
    job.nominal_at = latest_due(schedule, *stored.next_at, now);
    job.origin = Origin::schedule;
    return {stored.id, stored.revision, *stored.next_at, next_due(schedule, now), {std::move(job)}};
}

}  // namespace jobhost::host
