#include "host/scheduling/recurring_jobs.hpp"

#include "host/scheduling/staging.hpp"
#include "storage/model/time_text.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace jobhost::host {

namespace {

constexpr Duration kLongestPause = std::chrono::seconds{1};
// Of one transaction: definitions, and the jobs and batches after which no further definition is added.
constexpr std::size_t kMostAtOnce = 1000;
constexpr std::size_t kMostJobsAtOnce = 10'000;

// A host that has not looked for longer than this was not there: it was stopped, or had no database. It looks
// each second and may be kept waiting.
constexpr Duration kLongestUnseen = std::chrono::seconds{5};

// By less than this two looks at the clock may differ.
constexpr Duration kClockTolerance = std::chrono::minutes{1};

}  // namespace

// What cannot be fired stays due; it is met once in a round, and looked past for what lies behind it.
Duration RecurringJobs::run_once() {
    if (clock_.now() - std::exchange(seen_at_, {}) > kLongestUnseen) {
        seen_until_ = TimePoint::max();
        handed_over_.clear();
    }
    return fire_what_is_due();
}

Duration RecurringJobs::fire_what_is_due() {
    std::map<DefinitionId, TimePoint> tried;
    for (std::size_t limit = kMostAtOnce;;) {
        const TimePoint read_at = clock_.now();
        const storage::DueDefinitions found = storage_.definitions().due(limit);
        const bool is_set_back = found.now < latest_ - kClockTolerance;
        latest_ = is_set_back ? found.now : std::max(latest_, found.now);
        if (!seen_ || is_set_back) {
            read_definitions(found.change);
            set_back_cursors(found.now);
        }
        const bool is_all = found.due.size() < limit;
        std::vector<storage::DueDefinition> fresh;
        for (const storage::DueDefinition& due : found.due)
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
        if (found.change != seen_->change || has_new_versions_) read_definitions(found.change);
        for (const storage::DueDefinition& due : fresh)
            tried[due.id] = due.next_at;
        const std::size_t fired = fire(fresh, found.now);
        spdlog::debug("{} of {} due definitions fired here", fired, fresh.size());
        if (fired > 0) fired_();
    }
}

void RecurringJobs::read_definitions(std::int64_t change) {
    seen_.reset();
    has_new_versions_ = false;
    const auto versions = payload_versions_.with([](const auto& known) { return known; });
    seen_ = see_definitions(storage_.definitions(), change, versions, folders_);
}

void RecurringJobs::set_payload_versions(std::map<std::string, int> versions) {
    payload_versions_.with([&](auto& known) { known = std::move(versions); });
    has_new_versions_ = true;
}

// A clock that was ahead has moved cursors on, and nothing would be due until it is there again. What has
// been fired meanwhile is not fired twice: an instant that has had a job gets no other. A cursor that stands
// but a little too late may do so because the clock wavers, and is left.
void RecurringJobs::set_back_cursors(TimePoint now) {
    std::vector<storage::Firing> moves;
    for (const storage::StoredDefinition& stored : seen_->definitions) {
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
                 moved, seen_->definitions.size());
}

// In as many transactions as it takes.
std::size_t RecurringJobs::fire(std::span<const storage::DueDefinition> all, TimePoint now) {
    std::size_t fired = 0;
    std::vector<storage::Firing> firings;
    std::size_t count = 0;
    for (const storage::DueDefinition& due : all) {
        const storage::StoredDefinition* stored = seen_->workshop.definitions.find(due.id);
        if (stored == nullptr || stored->revision != due.revision) continue;  // it has just changed
        const auto handed_over = handed_over_.find(due.id);
        const TimePoint seen_until =
            handed_over == handed_over_.end() ? seen_until_ : std::min(seen_until_, handed_over->second);
        auto firing = firing_of({seen_, due, now, seen_until});
        if (!firing) continue;
        count += firing->jobs.size() + firing->batches.size();
        firings.push_back(*std::move(firing));
        if (count < kMostJobsAtOnce) continue;
        fired += firings_.fire(firings, *seen_);
        firings.clear();
        count = 0;
    }
    return fired + firings_.fire(firings, *seen_);
}

// Nothing: it cannot be made here, not yet, or not by this thread.
std::optional<storage::Firing> RecurringJobs::firing_of(const DueRun& run) {
    if (large_.has(run.due.id)) return std::nullopt;
    const bool is_readable = run.stored().definition.schedule.has_value();
    if (is_readable && may_be_large(run)) {
        hand_over(run);
        return std::nullopt;
    }
    handed_over_.erase(run.due.id);
    auto made = firings_.make(run);
    if (!made) return std::nullopt;
    if (needs_staging(made->submission)) {
        hand_over(run);
        return std::nullopt;
    }
    number(made->submission, storage_.jobs());
    made->firing.jobs = std::move(made->submission.jobs);
    made->firing.batches = std::move(made->submission.batches);
    return std::move(made->firing);
}

// One instant after the other, as together they may be more than can be handed in at once. What is left of
// them, and what comes before its turn, comes while this host is there.
void RecurringJobs::hand_over(DueRun run) {
    run.most = 1;
    if (const auto next = Firings::begin(run).next) handed_over_[run.due.id] = *next - Duration{1};
    large_.add(std::move(run));
    large_run_came();
}

}  // namespace jobhost::host
