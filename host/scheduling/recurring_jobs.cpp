#include "host/scheduling/recurring_jobs.hpp"

#include "host/scheduling/staging.hpp"
#include "storage/model/time_text.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace jobhost::host {

namespace {

using storage::StorageError;

constexpr Duration kLongestPause = std::chrono::seconds{1};
// Of one transaction: definitions, and the jobs and batches after which no further definition is added.
constexpr std::size_t kMostAtOnce = 1000;
constexpr std::size_t kMostJobsAtOnce = 10'000;

// A host that has not looked for longer than this was not there: it was stopped, or had no database. It looks
// each second and may be kept waiting.
constexpr Duration kLongestUnseen = std::chrono::seconds{5};

// How long a host that lays a batch ready keeps others from doing the same, from each part of it on.
constexpr Duration kStagingPatience = std::chrono::seconds{30};
constexpr const char* kBy = "schedule";

// By less than this two looks at the clock may differ.
constexpr Duration kClockTolerance = std::chrono::minutes{1};

// The items of a definition lie where this host has no file.
struct SourceElsewhere {};

// Another host lays this batch ready, or has fired it.
struct StagedElsewhere {};

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

}  // namespace

// What cannot be fired stays due; it is met once in a round, and looked past for what lies behind it.
Duration RecurringJobs::run_once() {
    if (clock_.now() - std::exchange(seen_at_, {}) > kLongestUnseen) seen_until_ = TimePoint::max();
    return fire_what_is_due();
}

Duration RecurringJobs::fire_what_is_due() {
    std::map<DefinitionId, TimePoint> tried;
    for (std::size_t limit = kMostAtOnce;;) {
        const TimePoint read_at = clock_.now();
        const storage::DueDefinitions found = storage_.definitions().due(limit);
        const bool is_set_back = found.now < latest_ - kClockTolerance;
        latest_ = is_set_back ? found.now : std::max(latest_, found.now);
        if (change_ == 0 || is_set_back) {
            read_definitions(found.change);
            set_back_cursors(found.now);
        }
        const bool is_all = found.due.size() < limit;
        std::vector<Due> fresh;
        for (const Due& due : found.due)
            if (const auto before = tried.find(due.id);
                before == tried.end() || before->second != due.next_at)
                fresh.push_back(due);
        if (fresh.empty() && is_all) {
            seen_until_ = found.now;
            seen_at_ = read_at;
            if (!found.next) return kLongestPause;
            const Duration passed = std::max(clock_.now() - read_at, Duration::zero());
            return std::clamp(*found.next - found.now - passed, Duration::zero(), kLongestPause);
        }
        if (fresh.empty()) {
            limit += kMostAtOnce;
            continue;
        }
        fresh.resize(std::min(fresh.size(), kMostAtOnce));
        if (found.change != change_) read_definitions(found.change);
        for (const Due& due : fresh)
            tried[due.id] = due.next_at;
        const std::size_t fired = fire(fresh, found.now);
        spdlog::debug("{} of {} due definitions fired here", fired, fresh.size());
        if (fired > 0) fired_();
    }
}

void RecurringJobs::read_definitions(std::int64_t change) {
    change_ = 0;
    definitions_ = storage_.definitions().list();
    change_ = change;
    workshop_ = {
        .definitions = DefinitionBook::indexed(definitions_),
        .payload_version =
            [this](const std::string& type) {
                const auto version = payload_versions_.find(type);
                return version == payload_versions_.end() ? 1 : version->second;
            },
        .folder =
            [this](const std::string& source) {
                const auto folder = folders_.find(source);
                if (!folder) throw SourceElsewhere{};
                return *folder;
            },
    };
}

// A clock that was ahead has moved cursors on, and nothing would be due until it is there again. What has
// been fired meanwhile is not fired twice: an instant that has had a job gets no other. A cursor that stands
// but a little too late may do so because the clock wavers, and is left.
void RecurringJobs::set_back_cursors(TimePoint now) {
    std::vector<storage::Firing> moves;
    for (const storage::StoredDefinition& stored : definitions_) {
        if (!stored.next_at || !stored.definition.schedule || stored.is_paused_at(now)) continue;
        const Schedule& schedule = *stored.definition.schedule;
        const auto latest = schedule.next(now + kClockTolerance);
        if (!latest || *latest >= *stored.next_at) continue;
        if (stored.definition.batch)  // nothing would tell that its instants have had a run
            spdlog::error(
                "{} is due at {} only, as the clock of the database was ahead; jobhost recurring pause "
                "and resume lets it start anew",
                stored.definition.name, to_text(*stored.next_at));
        else
            moves.push_back({stored.id, stored.revision, *stored.next_at, schedule.next(now), {}});
    }
    if (moves.empty()) return;
    const std::size_t moved = storage_.definitions().fire(moves);
    spdlog::warn("the clock of the database was ahead: {} of {} schedules stood too late, and go on from now",
                 moved, definitions_.size());
}

// In as many transactions as it takes.
std::size_t RecurringJobs::fire(std::span<const Due> all, TimePoint now) {
    std::size_t fired = 0;
    std::vector<storage::Firing> firings;
    std::size_t count = 0;
    for (const Due& due : all) {
        const storage::StoredDefinition* stored = workshop_.definitions.find(due.id);
        if (stored == nullptr || stored->revision != due.revision) continue;  // it has just changed
        auto firing = firing_of(*stored, due, now);
        if (!firing) continue;
        if (!firing->opens.empty()) {  // alone, so that it is known what became of it
            const bool is_fired = fire({&*firing, 1}) > 0;
            if (!is_fired) discard(firing->opens, storage_.workflows(), kBy);
            fired += is_fired ? 1 : 0;
            continue;
        }
        count += firing->jobs.size() + firing->batches.size();
        firings.push_back(*std::move(firing));
        if (count < kMostJobsAtOnce) continue;
        fired += fire(firings);
        firings.clear();
        count = 0;
    }
    return fired + fire(firings);
}

// Nothing: it cannot be made here, or not yet.
std::optional<storage::Firing> RecurringJobs::firing_of(const storage::StoredDefinition& stored,
                                                        const Due& due, TimePoint now) {
    const Definition& definition = stored.definition;
    if (!definition.schedule) {
        report(definition.name, stored.unreadable);
        return std::nullopt;
    }
    const Schedule& schedule = *definition.schedule;
    DueInstants instants = due_instants(schedule, due.next_at, now, seen_until_);
    storage::Firing firing{due.id, due.revision, due.next_at, instants.next, {}};
    firing.overlap = schedule.overlap;
    // Of several that are found together, only the latest could run.
    if (schedule.overlap == Overlap::skip || schedule.overlap == Overlap::replace) {
        if (instants.instants.size() > 1) {
            const TimePoint first = instants.missed ? instants.missed->first : instants.instants.front();
            instants.missed = {first, instants.instants[instants.instants.size() - 2]};
            instants.instants.erase(instants.instants.begin(), instants.instants.end() - 1);
        }
    }
    firing.missed = instants.missed;
    const auto& names = definition.fires_with;
    if (!names.empty() && names.front() != definition.name) return firing;  // its runs come with the first
    for (const std::string& name : names)
        if (const auto* other = workshop_.definitions.find(name); other != nullptr && other != &stored)
            firing.together.push_back(other->id);
    try {
        Submission submission = submission_for(stored, instants.instants, now);
        number(submission, storage_.jobs());
        if (needs_staging(submission)) {
            if (is_skipped(firing)) return firing;
            lay_ready(firing, submission);
        }
        firing.jobs = std::move(submission.jobs);
        firing.batches = std::move(submission.batches);
        return firing;
    } catch (const SubmissionRefused& refused) {
        report(definition.name, refused.what());
    } catch (const StorageError& error) {
        if (error.kind() != StorageError::Kind::refused) throw;
        report(definition.name, error.what());
    } catch (const StagedElsewhere&) {
        // its turn comes when that one does not end
    } catch (const SourceElsewhere&) {
        if (now - due.next_at > schedule.grace_at(due.next_at))
            report(definition.name, "this host has no file " + stored.source +
                                        ", beside which its items lie, and no host that has it was there");
    }
    return std::nullopt;
}

// Before it is laid ready, as no run comes while the cursor stands.
bool RecurringJobs::is_skipped(const storage::Firing& firing) {
    if (firing.overlap != Overlap::skip) return false;
    std::vector<DefinitionId> all = firing.together;
    all.push_back(firing.definition);
    return storage_.definitions().has_open_run(all);
}

// One host alone does it, and nobody tries again at once what came to nothing: then its time is not over.
// What has been laid ready in vain goes at once.
void RecurringJobs::lay_ready(storage::Firing& firing, Submission& submission) {
    const std::vector<BatchId> batches = outermost_of(submission);
    const storage::Staging staging{firing.definition, firing.revision, firing.seen, batches.front().value};
    const auto go_on = [&] {
        if (!storage_.definitions().may_stage(staging, kStagingPatience)) throw StagedElsewhere{};
    };
    go_on();
    try {
        firing.opens = stage(submission, storage_.workflows(), [&](std::size_t) { go_on(); }).opens;
    } catch (const StagedElsewhere&) {
        discard(batches, storage_.workflows(), kBy);
        throw;
    } catch (const StorageError& error) {
        if (error.kind() == StorageError::Kind::refused) discard(batches, storage_.workflows(), kBy);
        throw;
    }
}

// One run for each instant; queued, each waits for the one before.
Submission RecurringJobs::submission_for(const storage::StoredDefinition& stored,
                                         std::span<const TimePoint> instants, TimePoint now) {
    const Definition& definition = stored.definition;
    Submission all;
    std::map<DefinitionId, JobId> before;
    for (const TimePoint instant : instants) {
        const TimePoint start = instant + definition.schedule->jitter_at(instant, definition.name);
        Occasion occasion;
        occasion.names = definition.fires_with.empty() ? std::vector{definition.name} : definition.fires_with;
        occasion.now = now;
        occasion.instant = instant;
        occasion.jitter = std::max(start - now, Duration::zero());
        Submission one = submission_of(occasion, workshop_);
        const std::size_t first = all.jobs.size();
        all.append(std::move(one));
        if (definition.schedule->overlap == Overlap::queue)
            queue_behind(before, std::span{all.jobs}.subspan(first));
    }
    return all;
}

// What the database refuses, because a unique key is taken for instance, does not hold up the others: it is
// looked for by halves.
std::size_t RecurringJobs::fire(std::span<const storage::Firing> firings) {
    if (firings.empty()) return 0;
    try {
        const std::size_t fired = storage_.definitions().fire(firings);
        for (const storage::Firing& firing : firings)
            end_reports(firing);
        return fired;
    } catch (const StorageError& error) {
        if (error.kind() != StorageError::Kind::refused) throw;
        if (firings.size() == 1) {
            report(workshop_.definitions.find(firings.front().definition)->definition.name, error.what());
            return 0;
        }
    }
    const std::size_t half = firings.size() / 2;
    return fire(firings.first(half)) + fire(firings.subspan(half));
}

void RecurringJobs::end_reports(const storage::Firing& firing) {
    if (reported_.empty() && !firing.missed) return;
    const std::string& name = workshop_.definitions.find(firing.definition)->definition.name;
    const bool was_refused = reported_.erase(name) > 0;
    if (firing.missed)
        spdlog::warn("{} has missed its instants from {} to {}, as {}", name, to_text(firing.missed->first),
                     to_text(firing.missed->last),
                     was_refused ? "it could not be handed in" : "no host was there in time");
}

void RecurringJobs::report(const std::string& name, const std::string& problem) {
    std::string& reported = reported_[name];
    if (reported == problem) return;
    reported = problem;
    spdlog::error("{} is due and cannot be handed in: {}; it is tried again", name, problem);
}

}  // namespace jobhost::host
