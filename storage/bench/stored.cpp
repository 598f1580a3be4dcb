#include "storage/bench/stored.hpp"

#include "storage/bench/stopwatch.hpp"

#include <algorithm>
#include <stdexcept>
#include <unistd.h>

namespace jobhost::bench {

namespace {

class StoredConnection final : public Connection {
public:
    StoredConnection(std::shared_ptr<storage::Storage> storage, ServerId server)
        : storage_{std::move(storage)}, server_{server} {
        find_lanes();
    }

    void insert(std::int64_t first, int count) override {
        std::vector<NewJob> jobs(static_cast<std::size_t>(count));
        for (NewJob& job : jobs) {
            job.id = JobId{first};
            job.type = kTypes[static_cast<std::size_t>(first % kServedLanes)];
            job.arguments = kArguments;
            ++first;
        }
        storage_->jobs().insert(jobs);
        if (lanes_.size() < kServedLanes) find_lanes();
    }

    std::vector<Run> claim(int most) override { return exchanged({}, most); }

    std::vector<Run> claim_timed(int most, double& seconds) override {
        const Stopwatch watch;
        std::vector<Run> claimed = claim(most);
        seconds = watch.seconds();
        return claimed;
    }

    std::size_t settle(std::span<const Run> runs) override {
        exchanged(runs, 0);
        return runs.size();
    }

    std::vector<Run> exchange(Exchange how, std::span<const Run> runs, int most) override {
        if (how == Exchange::fused) return exchanged(runs, most);
        if (!runs.empty()) exchanged(runs, 0);
        return exchanged({}, most);
    }

private:
    // A new space has a lane only from its first job on.
    void find_lanes() {
        lanes_.clear();
        for (const Lane& lane : storage_->jobs().lanes())
            if (std::find(kTypes.begin(), kTypes.end() - 1, lane.type) != kTypes.end() - 1)
                lanes_.push_back({lane.id});
    }

    std::vector<Run> exchanged(std::span<const Run> runs, int most) {
        const auto now = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
        std::vector<storage::Settlement> settlements;
        settlements.reserve(runs.size());
        for (const Run& run : runs)
            settlements.push_back({.job = JobId{run.id},
                                   .lease = Lease{run.lease},
                                   .cause = Cause::succeeded,
                                   .target = Succeeded{.finished_at = now},
                                   .started_at = now});
        const storage::Exchanged answer =
            storage_->jobs().exchange(server_, settlements, {lanes_, static_cast<std::size_t>(most)});
        if (std::any_of(answer.moved.begin(), answer.moved.end(),
                        [](storage::Moved moved) { return moved != storage::Moved::yes; }))
            throw std::runtime_error{"a run of ours was not there to be settled"};
        std::vector<Run> claimed;
        for (const ClaimedJob& job : answer.claimed) {
            claimed.push_back({job.id.value, job.lease.value});
            for (storage::ClaimLane& lane : lanes_)
                if (lane.lane == job.lane) lane.after = {job.order_key, job.id};
        }
        return claimed;
    }

    std::shared_ptr<storage::Storage> storage_;
    ServerId server_;
    std::vector<storage::ClaimLane> lanes_;
};

}  // namespace

StoredSpace::StoredSpace(storage::StorageOptions options, int servers) : options_{std::move(options)} {
    const auto storage = storage::open_storage(options_);
    for (int server = 1; server <= servers; ++server)
        servers_.push_back(storage->servers().enter({.incarnation = "bench-" + std::to_string(server),
                                                     .name = "bench",
                                                     .application = "bench",
                                                     .host_name = "bench",
                                                     .pid = ::getpid()},
                                                    {}));
}

std::unique_ptr<Connection> StoredSpace::connect() {
    std::shared_ptr<storage::Storage> storage = storage_.lock();
    if (!storage) storage_ = storage = storage::open_storage(options_);
    return std::make_unique<StoredConnection>(std::move(storage), servers_.front());
}

}  // namespace jobhost::bench
