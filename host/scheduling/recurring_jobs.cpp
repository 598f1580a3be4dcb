#include "host/scheduling/recurring_jobs.hpp"

#include "host/scheduling/staging.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace jobhost::host {

namespace {

constexpr Duration kLongestPause = std::chrono::seconds{10};
// How many missed instants are walked over at the most to find the latest one.
constexpr int kMostSteps = 100'000;

// The items of a definition lie where this host has no file.
struct SourceElsewhere {};

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
    const auto all = storage_.definitions().list();
    const TimePoint now = clock_.now();
    std::vector<storage::Firing> firings;
    TimePoint earliest = now + kLongestPause;
    for (const storage::StoredDefinition& stored : all) {
        if (!stored.next_at) continue;
        std::optional<TimePoint> next = stored.next_at;
        if (*next <= now) {
            auto firing = firing_of(stored, all, now);
            if (!firing) continue;
            next = firing->next;
            firings.push_back(*std::move(firing));
        }
        if (next) earliest = std::min(earliest, *next);
    }
    if (!firings.empty()) {
        const std::size_t fired = fire(firings, all);
        spdlog::debug("{} of {} due definitions fired here", fired, firings.size());
        if (fired > 0) fired_();
    }
    return std::max(earliest - clock_.now(), Duration::zero());
}

// Nothing: it cannot be made here, or not yet.
std::optional<storage::Firing> RecurringJobs::firing_of(const storage::StoredDefinition& due,
                                                        const std::vector<storage::StoredDefinition>& all,
                                                        TimePoint now) {
    const Definition& definition = due.definition;
    if (!definition.schedule) {
        report(definition.name, due.unreadable);
        return std::nullopt;
    }
    storage::Firing firing{due.id, due.revision, *due.next_at, next_due(*definition.schedule, now), {}};
    const bool is_alone = definition.fires_with.empty();
    if (!is_alone && definition.fires_with.front() != definition.name) return firing;
    const Workshop workshop{
        .definitions = all,
        .payload_version =
            [this](const std::string& type) {
                const auto version = payload_versions_.find(type);
                return version == payload_versions_.end() ? 1 : version->second;
            },
        .folder =
            [this](const std::string& source) {
                const auto folder = folders_.find(source);
                if (folder == folders_.end()) throw SourceElsewhere{};
                return folder->second;
            },
    };
    try {
        Occasion occasion;
        occasion.names = is_alone ? std::vector{definition.name} : definition.fires_with;
        occasion.now = now;
        occasion.instant = latest_due(*definition.schedule, *due.next_at, now);
        Submission submission = submission_of(occasion, workshop);
        number(submission, storage_.jobs());
        firing.opens = stage(submission, storage_.workflows()).opens;
        firing.jobs = std::move(submission.jobs);
        firing.batches = std::move(submission.batches);
        reported_.erase(definition.name);
        return firing;
    } catch (const SubmissionRefused& refused) {
        report(definition.name, refused.what());
    } catch (const storage::StorageError& error) {
        if (error.kind() != storage::StorageError::Kind::refused) throw;
        report(definition.name, error.what());
    } catch (const SourceElsewhere&) {
        spdlog::debug("{} is left to a host that has the files of {}", definition.name, due.source);
    }
    return std::nullopt;
}

// What the database refuses, because a unique key is taken for instance, does not hold up the others.
std::size_t RecurringJobs::fire(const std::vector<storage::Firing>& firings,
                                const std::vector<storage::StoredDefinition>& all) {
    using storage::StorageError;
    try {
        return storage_.definitions().fire(firings);
    } catch (const StorageError& error) {
        if (error.kind() != StorageError::Kind::refused) throw;
    }
    std::size_t fired = 0;
    for (const storage::Firing& firing : firings) {
        try {
            fired += storage_.definitions().fire({&firing, 1});
        } catch (const StorageError& error) {
            if (error.kind() != StorageError::Kind::refused) throw;
            report(std::ranges::find(all, firing.definition, &storage::StoredDefinition::id)->definition.name,
                   error.what());
        }
    }
    return fired;
}

void RecurringJobs::report(const std::string& name, const std::string& problem) {
    std::string& reported = reported_[name];
    if (reported == problem) return;
    reported = problem;
    spdlog::error("{} is due and cannot be handed in: {}; it is tried again", name, problem);
}

}  // namespace jobhost::host
