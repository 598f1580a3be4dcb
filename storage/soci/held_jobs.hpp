// Jobs that a transaction has locked, and where it moves them.
#pragma once

#include "storage/model/job.hpp"
#include "storage/soci/change.hpp"

#include <boost/json.hpp>

#include <optional>
#include <vector>

namespace jobhost::storage {

struct HeldJob {
    JobId id;
    LaneId lane;
    StateName state = StateName::awaiting;
    Reason reason = Reason::none;
    int flags = 0;
    std::optional<BatchId> batch;
    std::optional<TimePoint> due_at;
    std::optional<Duration> delay;
    int priority = 0;
    std::int64_t order_key = 0;
    int attempt = 0;
    bool has_begun = false;  // it runs, or has run
    bool is_asked_to_stop = false;

    // It waits for a slot of a limit, and for nothing else.
    bool is_parked() const {
        return state == StateName::awaiting && (reason == Reason::limit || reason == Reason::throttled);
    }
};

// Locks them in the order of their ids; those that do not exist are left out.
std::vector<HeldJob> hold_jobs(Session& session, const std::vector<JobId>& ids);

// What becomes of held jobs; written together. Counts them, too.
class JobMoves {
public:
    explicit JobMoves(Change& change) : change_{change} {}

    void enqueue(const HeldJob& job);
    // With the place in its queue that it had before.
    void enqueue_again(const HeldJob& job);
    void schedule(const HeldJob& job, TimePoint due_at, Reason reason);
    // What it awaited has come.
    void release(const HeldJob& job);
    void wait(const HeldJob& job, Reason reason, const std::string& limit_key = {});
    // It keeps the instant that it was to wait for then: it may come back.
    void remove(const HeldJob& job, Reason reason);

    void write();

private:
    struct Place {
        StateName state;
        Reason reason = Reason::none;
        std::optional<TimePoint> due_at = {};
        std::optional<std::int64_t> order_key = {};
        bool is_enqueued_now = false;
        std::optional<std::string> limit_key = {};
    };
    void put(const HeldJob& job, const Place& place);

    Change& change_;
    boost::json::array rows_;
};

}  // namespace jobhost::storage
