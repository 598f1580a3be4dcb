// Runs that hand in so much that all other schedules would wait for it.
#pragma once

#include "host/scheduling/firings.hpp"
#include "storage/storage.hpp"

#include <atomic>
#include <deque>
#include <functional>
#include <mutex>
#include <set>

namespace jobhost::host {

// One thread adds them, another one makes them, one after the other; stop() is for any thread.
class LargeRuns {
public:
    // `server`: this host, which lays batches ready. `fired` is called when there is something new to claim.
    // References outlive this.
    LargeRuns(storage::Storage& storage, Firings& firings, ServerId server, std::function<void()> fired)
        : storage_{storage}, firings_{firings}, server_{server}, fired_{std::move(fired)} {}
    LargeRuns(const LargeRuns&) = delete;
    LargeRuns& operator=(const LargeRuns&) = delete;

    // Its definition stays due until it is made.
    void add(DueRun run);
    // Whether one of this definition waits here, or is being made.
    bool has(DefinitionId definition) const;
    // Makes the first one, if there is any. How long until it is worth another call, unless one is added.
    Duration run_once();
    // The one that is being made comes to nothing within seconds, and leaves nothing.
    void stop() noexcept { is_stopping_ = true; }

private:
    bool make(const DueRun& run);
    bool is_skipped(const storage::Firing& firing);
    void lay_ready(storage::Firing& firing, Submission& submission, const std::function<void()>& go_on);
    void end(DefinitionId definition);

    storage::Storage& storage_;
    Firings& firings_;
    const ServerId server_;
    const std::function<void()> fired_;
    std::atomic<bool> is_stopping_ = false;

    mutable std::mutex mutex_;
    std::deque<DueRun> waiting_;
    std::set<DefinitionId> known_;  // those that wait, and the one that is being made
};

}  // namespace jobhost::host
