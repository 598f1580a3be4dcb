#include "host/command_line/inserted_text.hpp"
#include "host/command_line/job_json.hpp"
#include "host/command_line/makes_jobs.hpp"
#include "host/command_line/opened.hpp"
#include "host/command_line/text.hpp"
#include "host/observe/printable.hpp"
#include "storage/model/time_text.hpp"

#include <algorithm>
#include <iostream>
#include <poll.h>

namespace jobhost::host {

namespace {

using namespace std::chrono_literals;

// The end of a run is no news to hosts, so that nobody announces it: it is looked for, ever less often, so
// that it is told at most a quarter later than it comes.
constexpr auto kShortestPause = 5ms;
constexpr auto kLongestPause = 500ms;
constexpr int kPartOfWaiting = 4;

bool has_live_server(storage::ServerStore& servers) {
    const auto all = servers.list();
    return std::any_of(all.begin(), all.end(),
                       [](const auto& server) { return server.state == storage::ServerState::live; });
}

// Prints what a job logs, and what becomes of its runs, as it comes.
class Progress {
public:
    Progress(storage::JobQueries& queries, JobId id) : queries_{queries}, id_{id} {}

    void print_news() {
        for (const storage::LogLine& line : queries_.log(id_, position_))
            print_line(std::cout, line);
        const auto events = queries_.events(id_);
        for (; printed_events_ < events.size(); ++printed_events_) {
            const JobEvent& event = events[printed_events_];
            std::cout << to_text(event.at).substr(11, 12) << "  attempt " << event.attempt << " "
                      << to_string(event.cause) << ": " << printable(event.error_code + ": " + event.message)
                      << '\n';
        }
        std::cout << std::flush;
    }

private:
    storage::JobQueries& queries_;
    const JobId id_;
    storage::LogPosition position_;
    std::size_t printed_events_ = 0;
};

// The job as it stands when it has ended, or when the time is over.
Job follow(storage::Storage& storage, JobId id, Duration timeout, bool is_quiet) {
    using std::chrono::milliseconds;
    using std::chrono::steady_clock;
    const auto begin = steady_clock::now();
    const auto deadline = begin + timeout;
    const auto wakeups = storage.watch();
    Progress progress{storage.queries(), id};
    for (;;) {
        wakeups->drain();
        Job job = storage.queries().find(id).value();
        if (!is_quiet) progress.print_news();
        const auto now = steady_clock::now();
        const auto left = std::chrono::ceil<milliseconds>(deadline - now);
        if (is_final(name_of(job.state)) || left <= milliseconds::zero()) return job;
        const auto pause = std::chrono::ceil<milliseconds>((now - begin) / kPartOfWaiting);
        pollfd news{wakeups->descriptor(), POLLIN, 0};
        ::poll(&news, 1,
               static_cast<int>(
                   std::min(left, std::clamp<milliseconds>(pause, kShortestPause, kLongestPause)).count()));
    }
}

void print_outcome(const Job& job) {
    const std::string took = run_time(job);
    std::cout << "job " << job.id.value << " " << state_text(job) << (took.empty() ? "" : " in " + took)
              << '\n';
    if (!result_of(job.state).empty()) std::cout << "result: " << printable(result_of(job.state)) << '\n';
}

}  // namespace

int run(const GlobalOptions& global, const RunOptions& options) {
    const auto opened = open_with_definitions(global);
    storage::Storage& storage = *opened->storage;
    Submission made = MakesJobs{*opened}.maker.make({.name = options.name, .arguments = options.arguments});
    if (!made.batches.empty())
        throw CommandError{kWrongUse, "'" + options.name +
                                          "' brings a batch: enqueue it, and see how it goes by " +
                                          "jobhost batch show"};
    number(made, storage.jobs());
    const Inserted answer = storage.workflows().submit({}, made.jobs).front();
    const JobId id = answer.id;
    if (!answer.is_new) std::cerr << not_enqueued_text(answer) << "; this is how that one goes\n";
    if (!has_live_server(storage.servers()))
        std::cerr << "no host is running on this database; the job waits until one starts (jobhost serve)\n";

    const Job ended = follow(storage, id, options.timeout, global.json);
    if (global.json) {
        boost::json::object shown = to_json(ended);
        shown["events"] = array_of(storage.queries().events(id));
        std::cout << shown << '\n';
    } else {
        print_outcome(ended);
    }
    if (!is_final(name_of(ended.state)))
        throw CommandError{kFailed, "it did not end within " + to_text(options.timeout) +
                                        "; see: jobhost jobs show " + std::to_string(id.value)};
    return name_of(ended.state) == StateName::succeeded ? kDone : kFailed;
}

}  // namespace jobhost::host
