#include "host/command_line/hand_in.hpp"
#include "host/command_line/job_request.hpp"
#include "host/command_line/opened.hpp"
#include "host/command_line/text.hpp"
#include "host/observe/printable.hpp"
#include "host/scheduling/staging.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <set>
#include <span>
#include <unistd.h>
#include <utility>

namespace jobhost::host {

namespace {

constexpr std::size_t kMostProblems = 20;  // told at once

// Every line is read and checked before the first job is handed in.
std::vector<NewJob> read_lines(std::istream& input, const std::string& name, JobRequests& requests,
                               bool allow_unknown_type) {
    std::vector<NewJob> jobs;
    std::string problems;
    std::size_t problem_count = 0;
    std::string line;
    for (std::size_t number = 1; std::getline(input, line); ++number) {
        if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
        try {
            jobs.push_back(requests.from_json(line, allow_unknown_type));
        } catch (const CommandError& error) {
            if (++problem_count <= kMostProblems)
                problems += name + ":" + std::to_string(number) + ": " + error.what() + "\n";
        }
    }
    if (input.bad()) throw CommandError{kWrongUse, name + ": cannot be read to its end"};
    if (problem_count == 0) return jobs;
    problems += "nothing was enqueued: " + std::to_string(problem_count) +
                (problem_count == 1 ? " line is wrong" : " lines are wrong");
    throw CommandError{kWrongUse, problems};
}

std::vector<NewJob> requested(Opened& opened, const EnqueueOptions& options) {
    JobRequests requests{opened.configuration, *opened.storage, opened.clock};
    if (options.from.empty()) return {requests.from_options(options)};
    if (options.from == "-")
        return read_lines(std::cin, "standard input", requests, options.allow_unknown_type);
    std::ifstream file{options.from};
    if (!file) throw CommandError{kWrongUse, options.from + ": cannot be opened"};
    return read_lines(file, options.from, requests, options.allow_unknown_type);
}

// A queue of another host is right, and one that nobody serves is a typing error: that is for a person to
// say.
void warn_of_foreign_queues(const config::Settings& settings, std::span<const NewJob> jobs) {
    std::set<QueueName> foreign;
    for (const NewJob& job : jobs)
        if (std::ranges::find(settings.queues, job.queue, &config::QueueSettings::name) ==
            settings.queues.end())
            foreign.insert(job.queue);
    for (const QueueName& queue : foreign)
        std::cerr << "warning: this host file does not serve the queue '" << printable(queue.value)
                  << "'; its jobs wait for a host that does\n";
}

void print_ids(const std::vector<Inserted>& inserted, bool is_json, const char*& before) {
    for (const Inserted& one : inserted)
        if (is_json)
            std::cout << std::exchange(before, ",")
                      << boost::json::object{{"id", std::to_string(one.id.value)}, {"is_new", one.is_new}};
        else
            std::cout << one.id.value << '\n';
    std::cout << std::flush;
}

void print_known(std::size_t known, std::size_t all, JobId last) {
    if (known == 0) return;
    if (all == 1)
        std::cerr << "nothing new was enqueued: job " << last.value << " has this unique key\n";
    else
        std::cerr
            << known << " of " << counted(all, "job")
            << " were not enqueued, as others have their unique keys; the ids are those of the others\n";
}

// Ids are told only after their jobs are durable.
void insert_and_print(storage::JobStore& store, std::span<NewJob> jobs, const GlobalOptions& global) {
    const bool shows_progress = jobs.size() > kJobsAtOnce && ::isatty(STDERR_FILENO) != 0;
    const JobId first = jobs.empty() ? JobId{} : store.reserve_ids(jobs.size());
    for (std::size_t i = 0; i < jobs.size(); ++i)
        jobs[i].id = JobId{first.value + static_cast<std::int64_t>(i)};
    const char* before = "[";
    std::size_t known = 0;
    JobId last;
    for (std::size_t at = 0; at < jobs.size();) {
        const auto chunk = first_chunk(jobs.subspan(at));
        const std::vector<Inserted> inserted = store.insert(chunk);
        at += chunk.size();
        known += static_cast<std::size_t>(std::ranges::count(inserted, false, &Inserted::is_new));
        last = inserted.back().id;
        print_ids(inserted, global.json, before);
        if (shows_progress) std::cerr << "\renqueued " << at << " of " << jobs.size() << std::flush;
    }
    if (shows_progress) std::cerr << '\n';
    if (global.json) std::cout << (*before == '[' ? "[]\n" : "]\n");
    print_known(known, jobs.size(), last);
}

// The id of a batch, or of the job of that name; what waits for it is found through it.
void insert_definition(storage::Storage& storage, Submission made, const GlobalOptions& global) {
    const bool is_batch = !made.batches.empty() && made.jobs.front().batch;
    const JobId batch{is_batch ? made.batches.front().id.value : 0};
    const std::vector<BatchId> opens = stage(made, storage.workflows());
    std::vector<Inserted> inserted;
    if (!made.batches.empty() || !made.jobs.empty())
        inserted = storage.workflows().submit(made.batches, made.jobs);
    for (const BatchId id : opens)
        storage.workflows().open(id);
    const Inserted named = is_batch ? Inserted{batch} : inserted.at(0);
    const char* before = "[";
    print_ids({named}, global.json, before);
    if (global.json) std::cout << "]\n";
    print_known(named.is_new ? 0 : 1, 1, named.id);
}

}  // namespace

int enqueue(const GlobalOptions& global, const EnqueueOptions& options) {
    const auto opened = open(global);
    if (options.from.empty()) {
        JobRequests requests{opened->configuration, *opened->storage, opened->clock};
        if (auto made = requests.definition_from_options(options)) {
            warn_of_foreign_queues(opened->configuration.settings, made->jobs);
            insert_definition(*opened->storage, *std::move(made), global);
            return kDone;
        }
    }
    std::vector<NewJob> jobs = requested(*opened, options);
    warn_of_foreign_queues(opened->configuration.settings, jobs);
    insert_and_print(opened->storage->jobs(), jobs, global);
    return kDone;
}

}  // namespace jobhost::host
