// Carries what has ended into the database and brings back what can run, in one transaction at a time.
#pragma once

#include "host/execution/lost_answers.hpp"
#include "host/execution/served_lanes.hpp"
#include "host/execution/unwritten.hpp"
#include "host/sync/guarded.hpp"
#include "host/sync/loop.hpp"

#include <atomic>
#include <functional>

namespace jobhost::host {

// A claimed job and what its lane says of it.
struct Assignment {
    ClaimedJob job;
    std::string type;         // full name: "images.resize"
    int payload_version = 0;  // of the arguments; 0: the newest of the type
};

struct Refund {
    std::vector<storage::CrashedJob> jobs;
    std::string by;
    std::string why;
};

// Thread-safe. What arrives while an exchange is under way goes into the next one. While the database is
// away, outcomes are kept; they are written once when it is back and has confirmed that this server is live.
class ExchangeLoop {
public:
    // Called on the loop's own thread.
    struct Callbacks {
        // Takes over jobs that are to run now.
        std::function<void(std::vector<Assignment>)> deliver;
        // The database does not regard this server as live any more.
        std::function<void()> refused;
        // Whether the lease allows claims.
        std::function<bool()> may_claim;
        // Asks the database for more of the lease. False: this server is not live any more. May throw.
        std::function<bool()> renew;
        // Queues from which nobody claims at present; may throw StorageError. Without it there are none.
        std::function<std::set<QueueName>()> paused = {};
    };

    // At most `workers` jobs are in the host's hands at any time. `jobs` and `clock` outlive the loop.
    ExchangeLoop(storage::JobStore& jobs, ServerId server, std::size_t workers, Served served,
                 const BootClock& clock, Callbacks callbacks);

    // A delivered job has ended: its slot is free, and what became of it will be written.
    void finish(storage::Settlement settlement);
    // A piece of the log of a job that still runs. Dropped when too much waits to be written.
    void append_log(storage::LogChunk chunk);
    // Crashes that do not count any more. Written after all that has ended by now.
    void refund(Refund refund);
    // There may be something to claim, in lanes that were not there before.
    void wake();

    // Its types have changed.
    void set_served(Served served);
    // Types that cannot run for a while, because their workers do not start; an empty set ends that.
    void set_unavailable_types(std::set<TypeVersion> types);
    // From now on nothing is claimed; what is in hand is still written.
    void stop_claiming();
    // There is room for the outcomes of further runs.
    bool has_room();
    // Everything in hand has ended and is written.
    bool is_drained();
    // Ends the loop. What is not written by then is left to recovery.
    void stop() { loop_.stop(); }

private:
    struct Inbox {
        Unwritten unwritten;
        std::vector<Refund> refunds;
        std::set<TypeVersion> unavailable_types;
        std::optional<Served> served;  // that has changed
        std::size_t in_hand = 0;       // delivered and not yet finished, or being claimed
        bool is_claiming = true;
        bool is_dropping_log = false;  // since there is no room
    };
    struct Errand {
        Unwritten::Batch batch;
        std::vector<Refund> refunds;  // of that, and of what was written before
        std::vector<storage::Settlement> give_backs;
        storage::ClaimRequest claim;
        bool must_claim_later = false;
    };

    Duration step();
    bool renew_if_needed();
    void prepare_claim(Errand& errand);
    void append_log(const Errand& errand);
    storage::Exchanged exchange(Errand& errand);
    void written(const Errand& errand, const storage::Exchanged& exchanged);
    void put_back(Errand errand);
    void put_back(std::vector<Refund> refunds);
    void write_refunds(std::vector<Refund> refunds);
    void deliver(std::vector<ClaimedJob> claimed);

    storage::JobStore& jobs_;
    const ServerId server_;
    const std::size_t workers_;
    const Callbacks callbacks_;
    // The loop's own thread only.
    ServedLanes lanes_;
    LostAnswers lost_answers_;
    bool has_failed_ = false;  // the last exchange did
    std::atomic<bool> is_news_ = false;
    Guarded<Inbox> inbox_;
    Loop loop_;  // last: its thread uses all of the above
};

}  // namespace jobhost::host
