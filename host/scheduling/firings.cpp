#include "host/scheduling/firings.hpp"

#include "storage/model/time_text.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace jobhost::host {

namespace {

using storage::StorageError;

// Of the jobs of an instant those that wait for nothing wait for those `before`, each for that of its own
// definition, and stand there from then on.
void queue_behind(std::map<DefinitionId, JobId>& before, std::span<NewJob> jobs) {
    for (NewJob& job : jobs) {
        if (!job.parents.empty() || !job.definition) continue;
        const auto [last, is_first] = before.try_emplace(*job.definition, job.id);
        if (is_first) continue;
        job.parents.push_back({last->second, Condition::finished});
        last->second = job.id;
    }
}

// Of several that are found together, only the latest could run.
bool runs_latest_only(const Schedule& schedule) {
    return schedule.overlap == Overlap::skip || schedule.overlap == Overlap::replace;
}

DueInstants instants_of(const DueRun& run) {
    const Schedule& schedule = run.stored().definition.schedule.value();
    DueInstants instants = due_instants(schedule, run.due.next_at, run.now, run.seen_until);
    auto& found = instants.instants;
    if (runs_latest_only(schedule) && found.size() > 1) {
        const TimePoint first = instants.missed ? instants.missed->first : found.front();
        instants.missed = {first, found[found.size() - 2]};
        found.erase(found.begin(), found.end() - 1);
    }
    if (found.size() > run.most) {
        instants.next = found[run.most];
        found.resize(run.most);
    }
    return instants;
}

// One run for each instant; queued, each waits for the one before.
Submission submission_for(const DueRun& run, std::span<const TimePoint> instants) {
    const Definition& definition = run.stored().definition;
    Submission all;
    std::map<DefinitionId, JobId> before;
    for (const TimePoint instant : instants) {
        const TimePoint start = instant + definition.schedule->jitter_at(instant, definition.name);
        Occasion occasion;
        occasion.names = definition.fires_with.empty() ? std::vector{definition.name} : definition.fires_with;
        occasion.now = run.now;
        occasion.instant = instant;
        occasion.jitter = std::max(start - run.now, Duration::zero());
        Submission one = submission_of(occasion, run.seen->workshop);
        const std::size_t first = all.jobs.size();
        all.append(std::move(one));
        if (definition.schedule->overlap == Overlap::queue)
            queue_behind(before, std::span{all.jobs}.subspan(first));
    }
    return all;
}

bool is_led_by_another(const Definition& definition) {
    return !definition.fires_with.empty() && definition.fires_with.front() != definition.name;
}

storage::Firing firing_of(const DueRun& run, const DueInstants& instants) {
    const Definition& definition = run.stored().definition;
    storage::Firing firing{run.due.id, run.due.revision, run.due.next_at, instants.next, {}};
    firing.overlap = definition.schedule->overlap;
    firing.missed = instants.missed;
    if (is_led_by_another(definition)) return firing;
    for (const std::string& name : definition.fires_with)
        if (const auto* other = run.seen->workshop.definitions.find(name);
            other != nullptr && other->id != run.due.id)
            firing.together.push_back(other->id);
    return firing;
}

}  // namespace

storage::Firing Firings::begin(const DueRun& run) {
    return firing_of(run, instants_of(run));
}

std::optional<MadeFiring> Firings::make(const DueRun& run) {
    const storage::StoredDefinition& stored = run.stored();
    const Definition& definition = stored.definition;
    if (!definition.schedule) {
        report(definition.name, stored.unreadable);
        return std::nullopt;
    }
    try {
        const DueInstants instants = instants_of(run);
        MadeFiring made{firing_of(run, instants), {}};
        if (!is_led_by_another(definition)) made.submission = submission_for(run, instants.instants);
        return made;
    } catch (const SubmissionRefused& refused) {
        report(definition.name, refused.what());
    } catch (const SourceElsewhere&) {
        if (run.now - run.due.next_at > definition.schedule->grace_at(run.due.next_at))
            report(definition.name, "this host has no file " + stored.source +
                                        ", beside which its items lie, and no host that has it was there");
    }
    return std::nullopt;
}

// What is refused is looked for by halves.
std::size_t Firings::fire(std::span<const storage::Firing> firings, const DefinitionsSeen& seen) {
    if (firings.empty()) return 0;
    const auto name_of = [&](const storage::Firing& firing) -> const std::string& {
        return seen.workshop.definitions.find(firing.definition)->definition.name;
    };
    try {
        const std::size_t fired = storage_.definitions().fire(firings);
        for (const storage::Firing& firing : firings)
            end_report(name_of(firing), firing.missed);
        return fired;
    } catch (const StorageError& error) {
        if (error.kind() != StorageError::Kind::refused) throw;
        if (firings.size() == 1) {
            report(name_of(firings.front()), error.what());
            return 0;
        }
    }
    const std::size_t half = firings.size() / 2;
    return fire(firings.first(half), seen) + fire(firings.subspan(half), seen);
}

void Firings::end_report(const std::string& name, const std::optional<MissedInstants>& missed) {
    const std::lock_guard lock{mutex_};
    const bool was_refused = reported_.erase(name) > 0;
    if (missed)
        spdlog::warn("{} has missed its instants from {} to {}, as {}", name, to_text(missed->first),
                     to_text(missed->last),
                     was_refused ? "it could not be handed in" : "no host was there in time");
}

void Firings::report(const std::string& name, const std::string& problem) {
    const std::lock_guard lock{mutex_};
    std::string& reported = reported_[name];
    if (reported == problem) return;
    reported = problem;
    spdlog::error("{} is due and cannot be handed in: {}; it is tried again", name, problem);
}

}  // namespace jobhost::host
