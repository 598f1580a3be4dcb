#include "host/command_line/inserted_text.hpp"
#include "host/command_line/makes_jobs.hpp"
#include "host/command_line/part.hpp"
#include "host/command_line/text.hpp"
#include "host/command_line/who.hpp"
#include "host/observe/printable.hpp"
#include "storage/storage_error.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <set>
#include <unistd.h>
#include <utility>

namespace jobhost::host {

namespace {

std::vector<Line> requested(JobMaker& maker, const EnqueueOptions& options) {
    if (options.from.empty()) {
        std::vector<Line> only;
        only.push_back({0, maker.make(options.job)});
        return only;
    }
    if (options.from == "-") return read_lines(std::cin, "standard input", options.from_line, maker);
    std::ifstream file{options.from};
    if (!file) throw CommandError{kWrongUse, options.from + ": cannot be opened"};
    return read_lines(file, options.from, options.from_line, maker);
}

// A queue of another host is right, and one that nobody serves is a typing error: that is for a person to
// say.
void warn_of_foreign_queues(const config::Settings& settings, const std::vector<Line>& all) {
    std::set<QueueName> foreign;
    for (const Line& line : all)
        for (const NewJob& job : line.made.jobs)
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
                      << boost::json::object{{"id", std::to_string(one.id.value)},
                                             {"is_new", one.is_new},
                                             {"outcome", outcome_text(one)}};
        else
            std::cout << one.id.value << '\n';
        std::cout << std::flush;
        if (!one.is_new) ++known_;
        if (one.effect != OnConflict::skip) ++changed_;
        ++told_;
        last_ = one;
    }
    void show_progress() const {
        if (count_ > kMostInPart && ::isatty(STDERR_FILENO) != 0)
            std::cerr << "\renqueued " << told_ << " of " << count_ << (told_ == count_ ? "\n" : "")
                      << std::flush;
    }
    // Of all, or as far as it has come before an error.
    void end() const {
        if (is_json_ && (told_ > 0 || count_ == 0)) std::cout << (told_ == 0 ? "[]\n" : "]\n");
        if (known_ == 0) return;
        if (count_ == 1)
            std::cerr << not_enqueued_text(last_) << '\n';
        else
            std::cerr
                << known_ << " of " << counted(count_, "job")
                << " were not enqueued, as others have their unique keys; the ids are those of the others"
                << (changed_ == 0 ? "" : ", of which " + std::to_string(changed_) + " replaced or extended")
                << '\n';
    }

private:
    const bool is_json_;
    const std::size_t count_;
    const char* before_ = "[";
    std::size_t known_ = 0;
    std::size_t changed_ = 0;  // of the others
    std::size_t told_ = 0;
    Inserted last_;
};

std::string lines_text(std::size_t first, std::size_t last) {
    return first == last ? "line " + std::to_string(first)
                         : "lines " + std::to_string(first) + " to " + std::to_string(last);
}

std::string from_line_text(std::size_t line) {
    return "--from-line " + std::to_string(line);
}

std::string told_text(const Part& part) {
    return "what stands before line " + std::to_string(part.first_line()) + " was enqueued";
}

// How to go on after a part of which nothing is there.
[[noreturn]] void refuse(const Part& part, std::size_t first_line, int exit_code, const std::string& why) {
    if (part.first_line() == first_line) throw CommandError{exit_code, why + "\nnothing was enqueued"};
    throw CommandError{exit_code, lines_text(part.first_line(), part.last_line()) + ": " + why + "\n" +
                                      told_text(part) + ", and nothing else; when that is mended, go on by " +
                                      from_line_text(part.first_line())};
}

// The same when it may be there: the database did not answer.
[[noreturn]] void complain(const Part& part, std::size_t first_line, const std::string& why) {
    throw CommandError{kStorageUnavailable,
                       why + "\n" + (part.first_line() == first_line ? "" : told_text(part) + "; ") +
                           "whether " + lines_text(part.first_line(), part.last_line()) +
                           " are there is told by: " + part.look_text() + "\nif that is there, go on by " +
                           from_line_text(part.last_line() + 1) + ", otherwise by " +
                           from_line_text(part.first_line())};
}

void hand_in(storage::Storage& storage, std::vector<Line> lines, Told& told) {
    const std::size_t first_line = lines.empty() ? 0 : lines.front().number;
    Part part;
    const auto hand_in_part = [&] {
        if (part.is_empty()) return;
        try {
            for (const Inserted& one : part.hand_in(storage, who()))
                told.tell(one);
        } catch (const SubmissionRefused& refused) {
            if (first_line == 0) throw CommandError{kWrongUse, refused.what()};
            refuse(part, first_line, kWrongUse, refused.what());
        } catch (const storage::StorageError& error) {
            if (first_line == 0) throw;
            if (error.kind() == storage::StorageError::Kind::refused)
                refuse(part, first_line, kWrongUse, error.what());
            if (!part.may_be_there()) refuse(part, first_line, kStorageUnavailable, error.what());
            complain(part, first_line, error.what());
        }
        told.show_progress();
        part = {};
    };
    for (Line& line : lines) {
        if (!part.has_room(line)) hand_in_part();
        part.add(std::move(line));
    }
    hand_in_part();
}

}  // namespace

int enqueue(const GlobalOptions& global, const EnqueueOptions& options) {
    const auto opened = open_with_definitions(global);
    MakesJobs makes{*opened, options.allow_unknown_type};
    std::vector<Line> all = requested(makes.maker, options);
    warn_of_foreign_queues(opened->configuration.settings, all);
    if (all.empty())
        std::cerr << "nothing was enqueued: there is no job from line " << options.from_line << " on\n";
    Told told{global, all.size()};
    try {
        hand_in(*opened->storage, std::move(all), told);
    } catch (...) {
        told.end();
        throw;
    }
    told.end();
    return kDone;
}

}  // namespace jobhost::host
