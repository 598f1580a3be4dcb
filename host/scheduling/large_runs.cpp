#include "host/scheduling/large_runs.hpp"

#include "host/scheduling/staging.hpp"

#include <utility>
#include <vector>

namespace jobhost::host {

namespace {

using storage::StorageError;

// How long a host that makes a run keeps others from doing the same, from each part of it on, as long as it
// is alive. So long nobody tries again what the database has refused.
constexpr Duration kPatience = std::chrono::seconds{30};
constexpr Duration kIdle = std::chrono::seconds{1};
constexpr const char* kBy = "schedule";

// Another host makes it, or has made it, or this one is to stop.
struct NotOurs {};

}  // namespace

void LargeRuns::add(DueRun run) {
    const std::lock_guard lock{mutex_};
    if (known_.insert(run.due.id).second) waiting_.push_back(std::move(run));
}

bool LargeRuns::has(DefinitionId definition) const {
    const std::lock_guard lock{mutex_};
    return known_.contains(definition);
}

Duration LargeRuns::run_once() {
    std::optional<DueRun> run;
    {
        const std::lock_guard lock{mutex_};
        if (waiting_.empty() || is_stopping_) return kIdle;
        run = std::move(waiting_.front());
        waiting_.pop_front();
    }
    try {
        if (make(*run)) fired_();
    } catch (const NotOurs&) {
        // its turn comes when that one does not end
    } catch (...) {
        end(run->due.id);
        throw;
    }
    end(run->due.id);
    return Duration::zero();
}

void LargeRuns::end(DefinitionId definition) {
    const std::lock_guard lock{mutex_};
    known_.erase(definition);
}

// Whether it took effect. Its turn is asked for before its items are read.
bool LargeRuns::make(const DueRun& run) {
    const storage::Firing begun = Firings::begin(run);
    if (is_skipped(begun)) return firings_.fire({&begun, 1}, *run.seen) > 0;
    const storage::Staging staging{run.due.id, run.due.revision, run.due.next_at,
                                   storage_.jobs().reserve_ids(1).value, server_};
    const auto go_on = [&] {
        if (is_stopping_ || !storage_.definitions().may_stage(staging, kPatience)) throw NotOurs{};
    };
    go_on();
    auto made = firings_.make(run);
    if (!made) {
        storage_.definitions().may_stage(staging, Duration::zero());  // it may be mended soon
        return false;
    }
    storage::Firing& firing = made->firing;
    number(made->submission, storage_.jobs());
    try {
        lay_ready(firing, made->submission, go_on);
    } catch (const StorageError& error) {
        if (error.kind() != StorageError::Kind::refused) throw;
        firings_.report(run.name(), error.what());
        return false;
    } catch (const SubmissionRefused& refused) {
        firings_.report(run.name(), refused.what());
        return false;
    }
    firing.jobs = std::move(made->submission.jobs);
    firing.batches = std::move(made->submission.batches);
    const bool is_fired = firings_.fire({&firing, 1}, *run.seen) > 0;
    if (!is_fired) discard(firing.opens, storage_.workflows(), kBy);
    return is_fired;
}

// Before it is laid ready, as no run comes while the cursor stands.
bool LargeRuns::is_skipped(const storage::Firing& firing) {
    if (firing.overlap != Overlap::skip) return false;
    std::vector<DefinitionId> all = firing.together;
    all.push_back(firing.definition);
    return storage_.definitions().has_open_run(all);
}

// What has been laid ready in vain goes at once.
void LargeRuns::lay_ready(storage::Firing& firing, Submission& submission,
                          const std::function<void()>& go_on) {
    const std::vector<BatchId> batches = outermost_of(submission);
    try {
        firing.opens = stage(submission, storage_.workflows(), [&](std::size_t) { go_on(); }).opens;
    } catch (const NotOurs&) {
        discard(batches, storage_.workflows(), kBy);
        throw;
    } catch (const StorageError& error) {
        if (error.kind() == StorageError::Kind::refused) discard(batches, storage_.workflows(), kBy);
        throw;
    }
}

}  // namespace jobhost::host
