#include "storage/bench/figures.hpp"
#include "storage/bench/stopwatch.hpp"
#include "tests/bench/workflows/ground.hpp"
#include "tests/bench/workflows/measures.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace jobhost::bench {

namespace {

// Jobs of one tenant, and those of others after them.
class Side {
public:
    Side(Place& place, const std::string& space, const Sizes& sizes, bool is_limited)
        : ground_{place, space}, is_limited_{is_limited}, left_{sizes.others} {
        std::vector<NewJob> jobs = ground_.jobs(sizes.limited + sizes.others);
        if (is_limited) ground_.storage().limits().set(std::vector<Limit>{{.name = "tenant"}});
        for (std::size_t i = 0; i < sizes.limited; ++i) {
            if (is_limited) jobs[i].limits = {{"tenant", "a"}};
            tenants_.insert(jobs[i].id);
        }
        ground_.insert(jobs);
    }

    // Settles what runs, but for a job of the tenant if that is to last, and claims.
    void exchange(std::size_t most, bool lasts) {
        std::vector<ClaimedJob> ended;
        std::vector<ClaimedJob> lasting;
        for (ClaimedJob& run : runs_)
            (lasts && is_tenants(run) ? lasting : ended).push_back(std::move(run));
        const std::size_t others = ended.size() - count_tenants(ended);
        const Stopwatch watch;
        runs_ = ground_.exchange(ended, most);
        const double seconds = watch.seconds();
        seconds_ += seconds;
        left_ -= others;
        if (others > 0) speeds_.push_back(static_cast<double>(others) / seconds);
        runs_.insert(runs_.end(), lasting.begin(), lasting.end());
        demand(!is_limited_ || count_tenants(runs_) <= 1, "two jobs of a limit of one ran at once");
    }

    std::size_t left() const noexcept { return left_; }
    double seconds() const noexcept { return seconds_; }
    // Others' jobs a second: the median over exchanges since the last time, in which a disk that is slow for
    // a moment does not show.
    double speed() { return median_of(std::exchange(speeds_, {})); }

private:
    bool is_tenants(const ClaimedJob& run) const { return tenants_.contains(run.id); }
    std::size_t count_tenants(const std::vector<ClaimedJob>& runs) const {
        return static_cast<std::size_t>(
            std::count_if(runs.begin(), runs.end(), [&](const auto& run) { return is_tenants(run); }));
    }

    Ground ground_;
    const bool is_limited_;
    std::set<JobId> tenants_;
    std::vector<ClaimedJob> runs_;
    std::size_t left_;  // of others
    double seconds_ = 0;
    std::vector<double> speeds_;
};

}  // namespace

LimitCost measure_limit(Place& place, const Sizes& sizes) {
    LimitCost cost;
    Side free{place, "free", sizes, false};
    Side limited{place, "limited", sizes, true};
    const auto until = [&](std::size_t left, bool lasts) {
        Side* first = &free;
        Side* second = &limited;
        while (free.left() > left || limited.left() > left) {
            for (Side* side : {first, second})
                if (side->left() > left) side->exchange(sizes.exchange, lasts);
            std::swap(first, second);
        }
    };
    const auto ratio = [&] {
        cost.free = free.speed();
        return limited.speed() / cost.free;
    };
    limited.exchange(sizes.exchange, false);
    cost.parking_millis = limited.seconds() * 1e3;
    until(sizes.others / 2, false);
    cost.from_the_start = free.seconds() / limited.seconds();
    ratio();
    until(sizes.others / 4, false);
    cost.turning = ratio();
    until(0, true);
    cost.held = ratio();
    return cost;
}

}  // namespace jobhost::bench
