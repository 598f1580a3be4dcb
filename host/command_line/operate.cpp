#include "host/command_line/confirmation.hpp"
#include "host/command_line/found.hpp"
#include "host/command_line/job_json.hpp"
#include "host/command_line/makes_jobs.hpp"
#include "host/command_line/matching.hpp"
#include "host/command_line/opened.hpp"
#include "host/command_line/operated_text.hpp"
#include "host/command_line/text.hpp"
#include "host/command_line/who.hpp"
#include "host/observe/printable.hpp"
#include "host/requests/queue_name.hpp"
#include "storage/storage_error.hpp"

#include <algorithm>
#include <iostream>
#include <poll.h>
#include <unistd.h>

namespace jobhost::host {

namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr std::size_t kStep = 500;   // jobs that this program does at once of what goes on in the background
constexpr auto kPollPeriod = 500ms;  // how long to wait for news before looking again without any
constexpr std::size_t kCommands = 100;  // shown

storage::Operation operation_of(const OperateOptions& options, const Clock& clock) {
    storage::Operation operation;
    operation.verb = options.verb;
    operation.by = who();
    operation.at = options.at;
    if (options.in) operation.at = clock.now() + *options.in;
    if (options.queue) check_queue_name(*options.queue);
    operation.queue = options.queue;
    operation.priority = options.priority;
    return operation;
}

// What was not done, a line for each.
void print_undone(storage::JobQueries& queries, const OperateOptions& options,
                  const std::vector<storage::Operated>& operated) {
    for (std::size_t i = 0; i < operated.size(); ++i) {
        const std::string job = "job " + std::to_string(options.ids[i].value);
        if (operated[i] == storage::Operated::not_possible) {
            const auto found = queries.find(options.ids[i]);
            if (found)
                std::cerr << job << " " << not_possible_text(options.verb, name_of(found->state)) << '\n';
        } else if (operated[i] == storage::Operated::not_found) {
            std::cerr << "there is no " << job
                      << " (finished jobs are removed when their retention is over)\n";
        } else if (operated[i] == storage::Operated::taken) {
            std::cerr << job << " " << taken_text(options.verb) << '\n';
        }
    }
}

int operate_on_ids(Opened& opened, const GlobalOptions& global, const OperateOptions& options) {
    const auto operated =
        opened.storage->operations().operate(options.ids, operation_of(options, opened.clock));
    const auto done = std::ranges::count(operated, storage::Operated::done);
    const auto asked = std::ranges::count(operated, storage::Operated::asked);
    if (global.json) {
        json::array outcomes;
        for (std::size_t i = 0; i < operated.size(); ++i)
            outcomes.push_back(
                {{"id", std::to_string(options.ids[i].value)}, {"outcome", to_string(operated[i])}});
        std::cout << outcomes << '\n';
    } else {
        if (done > 0)
            std::cout << done_text(options.verb) << " " << counted(static_cast<std::size_t>(done), "job")
                      << '\n';
        if (asked > 0)
            std::cout << counted(static_cast<std::size_t>(asked), "job") << " that "
                      << (asked == 1 ? "runs was" : "run were") << " asked to stop\n";
    }
    print_undone(opened.storage->queries(), options, operated);
    return done + asked == static_cast<std::ptrdiff_t>(operated.size()) ? kDone : kFailed;
}

storage::Command find_command(storage::OperationStore& operations, CommandId id) {
    const auto command = operations.find(id);
    if (!command) throw CommandError{kFailed, "there is no command " + std::to_string(id.value)};
    return *command;
}

// Lends a hand, so that it is done even where no host runs.
storage::Command follow(storage::Storage& storage, CommandId id) {
    const bool shows_progress = ::isatty(STDERR_FILENO) != 0;
    const auto wakeups = storage.watch();
    for (;;) {
        wakeups->drain();
        storage::Command command = find_command(storage.operations(), id);
        if (shows_progress)
            std::cerr << "\rlooked at " << command.looked_at << ", " << done_text(command.verb) << " "
                      << command.done << std::flush;
        if (command.finished_at) {
            if (shows_progress) std::cerr << '\n';
            return command;
        }
        if (storage.operations().go_on(kStep) > 0) continue;
        pollfd news{wakeups->descriptor(), POLLIN, 0};
        ::poll(&news, 1, static_cast<int>(std::chrono::milliseconds{kPollPeriod}.count()));
    }
}

int operate_on_all(Opened& opened, const GlobalOptions& global, const OperateOptions& options) {
    if (fits_everything(options.filter))
        throw CommandError{kWrongUse,
                           "--all needs a filter that says which jobs: --state, --queue, --type, --tag, "
                           "--definition, --batch or --with-warnings"};
    const Fitting found = fitting(*opened.storage, options.filter);
    confirm(std::string{to_string(options.verb)} + " " + count_text(found),
            options.is_sure || found.count == 0);
    storage::OperationStore& operations = opened.storage->operations();
    const CommandId id = operations.start(options.filter, operation_of(options, opened.clock));
    if (!global.json)
        std::cerr << "command " << id.value
                  << (options.is_detached ? " goes on in the background; see"
                                          : " has begun; if you do not wait, see")
                  << ": jobhost commands show " << id.value << '\n';
    const storage::Command command =
        options.is_detached ? find_command(operations, id) : follow(*opened.storage, id);
    if (global.json)
        std::cout << to_json(command) << '\n';
    else if (command.finished_at)
        std::cout << done_text(command.verb) << " " << counted(static_cast<std::size_t>(command.done), "job")
                  << '\n';
    if (command.not_possible == 0) return kDone;
    std::cerr << "for " << counted(static_cast<std::size_t>(command.not_possible), "job")
              << " it was not possible in the state that they were in\n";
    return kFailed;
}

// "job 12", "queue mail", or the filter.
std::string target_text(const storage::Command& command) {
    const bool is_batch = command.verb == storage::Verb::cancel_batch;
    if (command.job) return (is_batch ? "batch " : "job ") + std::to_string(command.job->value);
    if (command.queue) return "queue " + command.queue->value;
    return command.filter;
}

void print_command(const storage::Command& command) {
    std::cout << "command " << command.id.value << "  " << to_string(command.verb) << "  "
              << (command.finished_at ? "finished" : "goes on") << '\n';
    std::vector<std::vector<std::string>> rows{
        {"  by", printable(command.by)},
        {"  of", printable(target_text(command))},
        {"  looked at", std::to_string(command.looked_at)},
        {"  done", std::to_string(command.done)},
        {"  not possible", std::to_string(command.not_possible)},
        {"  started", short_text(command.created_at) + " UTC"},
    };
    if (command.finished_at) rows.push_back({"  finished", short_text(*command.finished_at) + " UTC"});
    print_table(std::cout, rows);
}

}  // namespace

int jobs_operate(const GlobalOptions& global, const OperateOptions& options) {
    const auto opened = open(global);
    return options.is_for_all ? operate_on_all(*opened, global, options)
                              : operate_on_ids(*opened, global, options);
}

int jobs_run_again(const GlobalOptions& global, const RunAgainOptions& options) {
    const auto opened = open(global);
    storage::Storage& storage = *opened->storage;
    const Job job = find_job(storage.queries(), options.id);
    if (options.arguments) MakesJobs{*opened}.maker.check_arguments(job.type, *options.arguments);
    const JobId id = [&] {
        try {
            return storage.operations().run_again(options.id, options.arguments, who());
        } catch (const storage::StorageError& error) {
            if (error.kind() != storage::StorageError::Kind::refused) throw;
            throw CommandError{kFailed, error.what()};  // its unique key is taken
        }
    }();
    if (global.json)
        std::cout << json::object{{"id", std::to_string(id.value)}} << '\n';
    else
        std::cout << id.value << '\n';
    return kDone;
}

int commands_list(const GlobalOptions& global) {
    const auto opened = open(global);
    const auto commands = opened->storage->operations().commands(kCommands);
    if (global.json) {
        std::cout << array_of(commands) << '\n';
        return kDone;
    }
    std::vector<std::vector<std::string>> rows{
        {"ID", "VERB", "BY", "STARTED (UTC)", "FINISHED (UTC)", "DONE", "NOT POSSIBLE", "OF"}};
    for (const storage::Command& command : commands)
        rows.push_back({std::to_string(command.id.value), std::string{to_string(command.verb)},
                        printable(command.by), short_text(command.created_at),
                        command.finished_at ? short_text(*command.finished_at) : "goes on",
                        std::to_string(command.done), std::to_string(command.not_possible),
                        printable(target_text(command))});
    if (commands.empty())
        std::cout << "nobody has done anything to jobs yet\n";
    else
        print_table(std::cout, rows);
    return kDone;
}

int commands_show(const GlobalOptions& global, CommandId id) {
    const auto opened = open(global);
    const storage::Command command = find_command(opened->storage->operations(), id);
    if (global.json)
        std::cout << to_json(command) << '\n';
    else
        print_command(command);
    return kDone;
}

}  // namespace jobhost::host
