#include "host/command_line/makes_jobs.hpp"
#include "host/command_line/text.hpp"
#include "host/observe/printable.hpp"
#include "host/requests/hand_in.hpp"
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
std::vector<Submission> read_lines(std::istream& input, const std::string& name, JobMaker& maker) {
    std::vector<Submission> all;
    std::string problems;
    std::size_t problem_count = 0;
    std::string line;
    for (std::size_t number = 1; std::getline(input, line); ++number) {
        if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
        try {
            all.push_back(maker.make(job_request(line)));
        } catch (const BadRequest& error) {
            if (++problem_count <= kMostProblems)
                problems += name + ":" + std::to_string(number) + ": " + error.what() + "\n";
        }
    }
    if (input.bad()) throw CommandError{kWrongUse, name + ": cannot be read to its end"};
    if (problem_count == 0) return all;
    problems += "nothing was enqueued: " + std::to_string(problem_count) +
                (problem_count == 1 ? " line is wrong" : " lines are wrong");
    throw CommandError{kWrongUse, problems};
}

std::vector<Submission> requested(JobMaker& maker, const EnqueueOptions& options) {
    if (options.from.empty()) return {maker.make(options.job)};
    if (options.from == "-") return read_lines(std::cin, "standard input", maker);
    std::ifstream file{options.from};
    if (!file) throw CommandError{kWrongUse, options.from + ": cannot be opened"};
    return read_lines(file, options.from, maker);
}

// A queue of another host is right, and one that nobody serves is a typing error: that is for a person to
// say.
void warn_of_foreign_queues(const config::Settings& settings, std::span<const Submission> all) {
    std::set<QueueName> foreign;
    for (const Submission& made : all)
        for (const NewJob& job : made.jobs)
            if (std::ranges::find(settings.queues, job.queue, &config::QueueSettings::name) ==
                settings.queues.end())
                foreign.insert(job.queue);
    for (const QueueName& queue : foreign)
        std::cerr << "warning: this host file does not serve the queue '" << printable(queue.value)
                  << "'; its jobs wait for a host that does\n";
}

// Ids are told as soon as their jobs are durable.
class Told {
public:
    Told(const GlobalOptions& global, std::size_t count) : is_json_{global.json}, count_{count} {}

    void tell(const Inserted& one) {
        if (is_json_)
            std::cout << std::exchange(before_, ",")
                      << boost::json::object{{"id", std::to_string(one.id.value)}, {"is_new", one.is_new}};
        else
            std::cout << one.id.value << '\n';
        std::cout << std::flush;
        if (!one.is_new) ++known_;
        ++told_;
        last_ = one.id;
    }
    void show_progress() const {
        if (count_ > kJobsAtOnce && ::isatty(STDERR_FILENO) != 0)
            std::cerr << "\renqueued " << told_ << " of " << count_ << (told_ == count_ ? "\n" : "")
                      << std::flush;
    }
    void end() const {
        if (is_json_) std::cout << (told_ == 0 ? "[]\n" : "]\n");
        if (known_ == 0) return;
        if (count_ == 1)
            std::cerr << "nothing new was enqueued: job " << last_.value << " has this unique key\n";
        else
            std::cerr
                << known_ << " of " << counted(count_, "job")
                << " were not enqueued, as others have their unique keys; the ids are those of the others\n";
    }

private:
    const bool is_json_;
    const std::size_t count_;
    const char* before_ = "[";
    std::size_t known_ = 0;
    std::size_t told_ = 0;
    JobId last_;
};

// The id of a batch, or of the job of that name; what waits for it is found through it.
Inserted insert_definition(storage::Storage& storage, Submission made) {
    const bool is_batch = !made.batches.empty() && made.jobs.front().batch;
    const JobId batch{is_batch ? made.batches.front().id.value : 0};
    const std::vector<BatchId> opens = stage(made, storage.workflows());
    std::vector<Inserted> inserted;
    if (made.count() > 0) inserted = storage.workflows().submit(made.batches, made.jobs);
    for (const BatchId id : opens)
        storage.workflows().open(id);
    return is_batch ? Inserted{batch} : inserted.at(0);
}

bool is_single(const Submission& made) {
    return made.batches.empty() && made.jobs.size() == 1;
}

// Single jobs that follow each other go together.
void insert_and_tell(storage::Storage& storage, std::vector<Submission> all, Told& told) {
    Submission singles;
    const auto insert_singles = [&] {
        number(singles, storage.jobs());
        for (std::span<NewJob> rest = singles.jobs; !rest.empty();) {
            const auto chunk = first_chunk(rest);
            for (const Inserted& one : storage.jobs().insert(chunk))
                told.tell(one);
            told.show_progress();
            rest = rest.subspan(chunk.size());
        }
        singles = {};
    };
    for (Submission& made : all) {
        if (is_single(made)) {
            singles.append(std::move(made));
            continue;
        }
        insert_singles();
        number(made, storage.jobs());
        told.tell(insert_definition(storage, std::move(made)));
        told.show_progress();
    }
    insert_singles();
}

}  // namespace

int enqueue(const GlobalOptions& global, const EnqueueOptions& options) {
    const auto opened = open(global);
    MakesJobs makes{*opened, options.allow_unknown_type};
    std::vector<Submission> all = requested(makes.maker, options);
    warn_of_foreign_queues(opened->configuration.settings, all);
    Told told{global, all.size()};
    insert_and_tell(*opened->storage, std::move(all), told);
    told.end();
    return kDone;
}

}  // namespace jobhost::host
