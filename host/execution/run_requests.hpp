// Answers what running jobs ask for: what they have saved, what they save, the jobs that they hand in.
#pragma once

#include "host/execution/job_orders.hpp"
#include "host/sync/guarded.hpp"
#include "host/sync/loop.hpp"
#include "host/worker/protocol.hpp"

#include <deque>
#include <functional>
#include <vector>

namespace jobhost::host {

// A job's run asks.
struct JobRequest {
    JobId job;
    Lease lease;
    worker::RequestMessage message;
};
struct JobAnswer {
    JobId job;
    Lease lease;
    worker::ReplyMessage reply;
    std::vector<NewJob> jobs;  // to be handed in if the run succeeds
};

// Thread-safe. Requests are answered one after the other, on a thread of its own: a job waits while the
// database works, and nobody else does. While the database is away they wait, but no longer than jobs do.
class RunRequests {
public:
    // `answered` is called once for each request, on any thread. References outlive this.
    RunRequests(storage::Storage& storage, ServerId server, const Clock& clock, const BootClock& boot_clock,
                Retention retention, std::function<void(JobAnswer)> answered);

    // Never blocks. Answered at once with JOBHOST_UNAVAILABLE when too much waits.
    void ask(JobRequest request);
    // Ends the loop. What is not answered by then never is.
    void stop() { loop_.stop(); }

private:
    struct Waiting {
        JobRequest request;
        BootTime since;
    };
    struct Inbox {
        std::deque<Waiting> waiting;  // the oldest first
        std::size_t size = 0;         // bytes
    };

    Duration step();
    void refuse_old();
    void answer_first(worker::ReplyMessage reply, std::vector<NewJob> jobs = {});

    // Each may throw StorageError and BadOrder.
    JobAnswer answer_to(const JobRequest& request);
    std::string load(const JobRequest& request);
    std::optional<std::string> enqueue(const JobRequest& request);
    std::vector<NewJob> prepare(const JobRequest& request);
    // Where the ids of a call's batch and jobs begin, the same in each rerun; nothing: the run is lost.
    std::optional<JobId> first_id(const JobRequest& request, const HandedIn& order);

    storage::Storage& storage_;
    const ServerId server_;
    const Clock& clock_;
    const BootClock& boot_clock_;
    const std::function<void(JobAnswer)> answered_;
    JobOrders orders_;  // the loop's own thread only
    Guarded<Inbox> inbox_;
    Loop loop_;  // last: its thread uses all of the above
};

}  // namespace jobhost::host
