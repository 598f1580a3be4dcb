// The first runs of a new generation of a plugin, which tell whether it is worse than the one before.
#pragma once

#include "host/execution/outcome.hpp"
#include "storage/job_store.hpp"

#include <map>
#include <utility>
#include <vector>

namespace jobhost::host {

// Not thread-safe.
class Trial {
public:
    // `has_better`: there is an earlier generation, none of whose runs has crashed.
    explicit Trial(bool has_better) : has_better_{has_better} {}

    // A run has ended. True, once: of the first ones so many have crashed that the earlier generation is to
    // take over again.
    bool is_failed_by(const ClaimedJob& job, Outcome outcome) {
        ++runs_;
        if (runs_ > kFirstRuns && !is_failed_) crashed_.clear();
        if (outcome != Outcome::crashed) return false;
        ++crashes_;
        const bool fails = has_better_ && crashes_ == kCrashes && runs_ <= kFirstRuns;
        is_failed_ = is_failed_ || fails;
        if (has_better_ && (is_failed_ || runs_ <= kFirstRuns)) note(job);
        return fails;
    }
    bool has_crashed() const noexcept { return crashes_ > 0; }

    // What the crashes have cost those jobs that `is_wanted`, as long as the earlier generation may yet take
    // over again. Of each job once.
    template <class Wanted>
    std::vector<storage::CrashedJob> take_crashed(Wanted is_wanted) {
        std::vector<storage::CrashedJob> taken;
        std::erase_if(crashed_, [&](const auto& crashed) {
            if (!is_wanted(crashed.first)) return false;
            taken.push_back(crashed.second);
            return true;
        });
        return taken;
    }

private:
    static constexpr int kFirstRuns = 20;
    static constexpr int kCrashes = 3;
    static constexpr std::size_t kMostJobs = 10'000;  // more is not remembered

    void note(const ClaimedJob& job) {
        if (crashed_.size() >= kMostJobs && !crashed_.contains(job.id)) return;
        storage::CrashedJob& crashed = crashed_[job.id];
        crashed = {
            .job = job.id, .lease = job.lease, .crashes = job.crashes + 1, .refunded = crashed.refunded + 1};
    }

    const bool has_better_;
    bool is_failed_ = false;
    int runs_ = 0;
    int crashes_ = 0;
    std::map<JobId, storage::CrashedJob> crashed_;
};

}  // namespace jobhost::host
