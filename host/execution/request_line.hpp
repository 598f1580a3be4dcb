// Requests of some of the running jobs: what they have saved, what they save, the jobs that they hand in.
#pragma once

#include "host/execution/live_names.hpp"
#include "host/requests/job_maker.hpp"
#include "host/sync/guarded.hpp"
#include "host/sync/loop.hpp"
#include "host/worker/protocol.hpp"

#include <deque>
#include <functional>
#include <optional>
#include <string>
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
    // To be handed in if the run succeeds, by its call of that number.
    std::int64_t call = 0;
    std::vector<NewJob> jobs = {};
};

// What answers are made from. References outlive the line.
struct RequestSources {
    storage::Storage& storage;
    ServerId server;
    const Clock& clock;
    const BootClock& boot_clock;
    Retention retention;  // of jobs without a definition
    const SourceFolders& folders;
};

// Thread-safe. Questions of a run are answered one after the other and in their order, on a thread of the
// line's own. One that the database cannot answer for now lets those of other runs go first, and is tried
// again; it waits no longer than jobs do.
class RequestLine {
public:
    // `answered` is called once for each request, on any thread.
    RequestLine(const std::string& name, RequestSources sources, std::function<void(JobAnswer)> answered);

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
        std::deque<Waiting> waiting;  // the next one first
        std::size_t size = 0;         // bytes
    };

    Duration step();
    void refuse_old();
    void answer(const Question& question, JobAnswer answer);
    void put_behind(JobId job);

    // Each may throw StorageError and BadRequest.
    JobAnswer answer_to(const Question& question);
    std::string load(const Question& question);
    std::optional<std::string> enqueue(const Question& question);
    std::vector<NewJob> prepare(const Question& question);
    Submission submission_of(const Question& question, bool is_on_success);

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
