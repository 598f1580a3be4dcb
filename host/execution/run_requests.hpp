// Answers what running jobs ask for: what they have saved, what they save, the jobs that they hand in.
#pragma once

#include "host/execution/live_names.hpp"
#include "host/requests/job_maker.hpp"
#include "host/sync/guarded.hpp"
#include "host/sync/loop.hpp"
#include "host/worker/protocol.hpp"

#include <deque>
#include <functional>
#include <vector>

namespace jobhost::host {

// A job's run asks.
struct Question {
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

// Thread-safe. Questions are answered one after the other, on a thread of its own: a job waits while the
// database works, and nobody else does. While the database is away they wait, but no longer than jobs do.
class RunRequests {
public:
    // `answered` is called once for each request, on any thread. References outlive this.
    // `retention` is that of jobs without a definition; `folders` are those of this host.
    RunRequests(storage::Storage& storage, ServerId server, const Clock& clock, const BootClock& boot_clock,
                Retention retention, const SourceFolders& folders, std::function<void(JobAnswer)> answered);

    // Never blocks. Answered at once with JOBHOST_UNAVAILABLE when too much waits.
    void ask(Question question);
    // Ends the loop. What is not answered by then never is.
    void stop() { loop_.stop(); }

private:
    struct Waiting {
        Question question;
        BootTime since;
    };
    struct Inbox {
        std::deque<Waiting> waiting;  // the oldest first
        std::size_t size = 0;         // bytes
    };

    Duration step();
    void refuse_old();
    void answer_first(worker::ReplyMessage reply, std::vector<NewJob> jobs = {});

    // Each may throw StorageError and BadRequest.
    JobAnswer answer_to(const Question& question);
    std::string load(const Question& question);
    std::optional<std::string> enqueue(const Question& question);
    std::vector<NewJob> prepare(const Question& question);
    Submission submission_of(const Question& question, bool is_on_success);
    // Gives it ids, the same in each rerun. Whether the run is not lost.
    bool number_again(const Question& question, Submission& submission);

    storage::Storage& storage_;
    const ServerId server_;
    const Clock& clock_;
    const BootClock& boot_clock_;
    const std::function<void(JobAnswer)> answered_;
    const Retention retention_;
    // Of the loop's own thread.
    LiveTypes types_;
    StoredDefinitions definitions_;
    Guarded<Inbox> inbox_;
    Loop loop_;  // last: its thread uses all of the above
};

}  // namespace jobhost::host
