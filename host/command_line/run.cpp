#include "host/command_line/job_json.hpp"
#include "host/command_line/job_request.hpp"
#include "host/command_line/opened.hpp"
#include "host/command_line/text.hpp"
#include "storage/model/time_text.hpp"

#include <algorithm>
#include <iostream>
#include <poll.h>

namespace jobhost::host {

namespace {

using namespace std::chrono_literals;

// How long to wait for news before looking again without any.
constexpr auto kPollPeriod = 500ms;

bool has_live_server(storage::ServerStore& servers) {
    const auto all = servers.list();
    return std::any_of(all.begin(), all.end(),
                       [](const auto& server) { return server.state == storage::ServerState::live; });
}

// The job as it stands when it has ended, or when the time is over. Its log is printed as it comes.
Job follow(storage::Storage& storage, JobId id, Duration timeout, bool is_quiet) {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    const auto wakeups = storage.watch();
    storage::LogPosition position;
    for (;;) {
        wakeups->drain();
        Job job = storage.queries().find(id).value();
        if (!is_quiet)
            for (const storage::LogLine& line : storage.queries().log(id, position))
                print_line(std::cout, line);
        std::cout << std::flush;
        if (is_final(name_of(job.state)) || std::chrono::steady_clock::now() >= deadline) return job;
        pollfd news{wakeups->descriptor(), POLLIN, 0};
        ::poll(&news, 1, static_cast<int>(kPollPeriod.count()));
    }
}

void print_outcome(const Job& job, const std::vector<JobEvent>& events) {
    const std::string note = state_note(job);
    const std::string took = run_time(job);
    std::cout << "job " << job.id.value << " " << to_string(name_of(job.state))
              << (note.empty() ? "" : " (" + note + ")") << (took.empty() ? "" : " in " + took) << '\n';
    if (!result_of(job.state).empty()) std::cout << "result: " << printable(result_of(job.state)) << '\n';
    if (name_of(job.state) == StateName::failed && !events.empty())
        std::cout << "error: " << printable(events.back().error_code + ": " + events.back().message) << '\n';
}

}  // namespace

int run(const CommonOptions& common, const RunOptions& options) {
    const auto opened = open(common);
    storage::Storage& storage = *opened->storage;
    EnqueueOptions request;
    request.name = options.name;
    request.arguments = options.arguments;
    NewJob job = JobRequests{opened->configuration, storage, opened->clock}.from_options(request);
    job.id = storage.jobs().reserve_ids(1);
    storage.jobs().insert({&job, 1});
    if (!has_live_server(storage.servers()))
        std::cerr << "no host is running on this database; the job waits until one starts (jobhost serve)\n";

    const Job ended = follow(storage, job.id, options.timeout, common.json);
    const auto events = storage.queries().events(job.id);
    if (common.json) {
        boost::json::object shown = to_json(ended);
        boost::json::array list;
        for (const JobEvent& event : events)
            list.push_back(to_json(event));
        shown["events"] = std::move(list);
        std::cout << shown << '\n';
    } else {
        print_outcome(ended, events);
    }
    if (!is_final(name_of(ended.state)))
        throw CommandError{kFailed, "it did not end within " + to_text(options.timeout) +
                                        "; see: jobhost jobs show " + std::to_string(job.id.value)};
    return name_of(ended.state) == StateName::succeeded ? kDone : kFailed;
}

}  // namespace jobhost::host
