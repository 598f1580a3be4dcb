// Carries what has ended into the database and brings back what can run, in one transaction at a time.
#pragma once

#include "host/sync/guarded.hpp"
#include "host/sync/loop.hpp"
#include "storage/job_store.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace jobhost::host {

// A claimed job and what its lane says of it.
struct Assignment {
    ClaimedJob job;
    std::string type;  // full name: "images.resize"
};

// What this host can run.
struct Served {
    std::vector<QueueName> queues;     // the first is served first
    std::map<std::string, int> types;  // full name -> payload version
};

// Thread-safe. What arrives while an exchange is under way goes into the next one.
class ExchangeLoop {
public:
    // Both are called on the loop's own thread. `deliver` takes over jobs that are to run now; `refused`
    // tells that the database does not regard this server as live any more.
    struct Callbacks {
        std::function<void(std::vector<Assignment>)> deliver;
        std::function<void()> refused;
    };

    // At most `workers` jobs are in the host's hands at any time. `jobs` outlives the loop.
    ExchangeLoop(storage::JobStore& jobs, ServerId server, std::size_t workers, Served served,
                 Callbacks callbacks);

    // A delivered job has ended: its slot is free, and what became of it will be written.
    void finish(storage::Settlement settlement);
    // A piece of the log of a job that still runs.
    void append_log(storage::LogChunk chunk);
    // There may be something to claim.
    void wake() { loop_.wake(); }

    // Types that cannot run for a while, because their workers do not start; an empty set ends that.
    void set_unavailable_types(std::set<std::string> types);
    // From now on nothing is claimed; what is in hand is still written.
    void stop_claiming();
    // Everything in hand has ended and is written.
    bool is_drained();
    // Ends the loop. What is not written by then is left to recovery.
    void stop() { loop_.stop(); }

private:
    struct Inbox {
        std::vector<storage::Settlement> settlements;
        std::vector<storage::LogChunk> log;
        std::set<std::string> unavailable_types;
        std::size_t in_hand = 0;  // delivered and not yet finished, or being claimed
        bool is_claiming = true;
        bool is_writing = false;
    };
    struct Errand {
        std::vector<storage::Settlement> settlements;
        std::vector<storage::LogChunk> log;
        storage::ClaimRequest claim;
    };

    Duration step();
    Errand take_errand();
    void put_back(Errand errand);
    std::vector<storage::ClaimLane> served_lanes(const std::set<std::string>& unavailable);
    void report_lost(const Errand& errand, const storage::Exchanged& exchanged);
    void deliver(std::vector<ClaimedJob> claimed);

    storage::JobStore& jobs_;
    const ServerId server_;
    const std::size_t workers_;
    const Served served_;
    const Callbacks callbacks_;
    std::map<LaneId, Lane> lanes_;  // of the last step; the loop's own thread only
    bool has_failed_ = false;       // the last step did; likewise
    Guarded<Inbox> inbox_;
    Loop loop_;  // last: its thread uses all of the above
};

}  // namespace jobhost::host
