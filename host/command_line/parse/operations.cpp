#include "host/command_line/parse/options.hpp"

#include <algorithm>

namespace jobhost::host::parse {

namespace {

using GivenOperation = Given<OperateOptions>;

// Ids, or a filter with --all.
GivenOperation& add_operation(CLI::App& sub, Verb& verb, storage::Verb operation,
                              const char* queue_option = "--queue") {
    auto& given = add_verb<OperateOptions>(
        sub, verb, "Print what became of each job, or of the command, as JSON", jobs_operate);
    OperateOptions& options = given.options;
    options.verb = operation;
    auto* ids = sub.add_option_function<std::vector<std::string>>(
                       "id",
                       [&](const std::vector<std::string>& texts) {
                           for (const std::string& text : texts)
                               options.ids.push_back(JobId{id_or_complain(text)});
                       },
                       "Ids of jobs")
                    ->type_name("ID");
    auto* all =
        sub.add_flag("--all", options.is_for_all, "Instead: all jobs that fit the filter, in the background")
            ->excludes(ids);
    const auto before = sub.get_options();
    add_state(sub, options.filter);
    add_filter(sub, options.filter, queue_option);
    sub.add_flag("--yes", options.is_sure, "Do not ask first");
    sub.add_flag("--detach", options.is_detached, "Do not wait until all of it is done");
    auto with_all = sub.get_options();
    std::erase_if(with_all, [&](const CLI::Option* option) {
        return std::find(before.begin(), before.end(), option) != before.end();
    });
    given.check = [ids, all, with_all] {
        if (ids->empty() && all->empty())
            throw CLI::RequiredError("ID, or --all with a filter such as --state failed,");
        for (const CLI::Option* option : with_all)
            if (!option->empty() && all->empty()) throw CLI::RequiresError(option->get_name(), "--all");
    };
    sub.footer(
        "A filter goes with --all. Exit code 1: it was not possible for some, which are named; the others "
        "are done.");
    return given;
}

// A verb needs one of these options as well.
void need_one_of(CLI::App& sub, GivenOperation& given, std::vector<std::string> names) {
    given.check = [check = given.check, names, &sub] {
        check();
        std::string all;
        for (const std::string& name : names) {
            if (sub.count(name) > 0) return;
            all += (all.empty() ? "" : " or ") + name;
        }
        throw CLI::RequiredError(all);
    };
}

void add_run_again(CLI::App& jobs, Verb& verb) {
    CLI::App* sub = jobs.add_subcommand("run-again", "Hand in a new job like that one; prints its id");
    RunAgainOptions& options =
        add_verb<RunAgainOptions>(*sub, verb, R"(Print {"id"})", jobs_run_again).options;
    add_id(*sub, options.id, "The job's id");
    add_arguments(*sub, options.arguments)->description("Other arguments, a JSON object");
}

}  // namespace

void add_operations(CLI::App& jobs, Verb& verb) {
    add_operation(
        *jobs.add_subcommand("requeue", "Run jobs that have ended once more, and those that wait now"), verb,
        storage::Verb::requeue);
    add_operation(*jobs.add_subcommand("delete", "Delete jobs that do not run"), verb, storage::Verb::remove);
    add_operation(*jobs.add_subcommand("cancel", "Delete jobs; those that run are asked to stop"), verb,
                  storage::Verb::cancel);

    CLI::App* sub = jobs.add_subcommand("reschedule", "Change when jobs that do not run start");
    GivenOperation& reschedule = add_operation(*sub, verb, storage::Verb::reschedule);
    add_instant(*sub, reschedule.options.in, reschedule.options.at);
    need_one_of(*sub, reschedule, {"--at", "--in"});

    sub = jobs.add_subcommand("move", "Change the queue or the priority of jobs");
    GivenOperation& move = add_operation(*sub, verb, storage::Verb::move, "--from-queue");
    sub->add_option_function<std::string>(
           "--queue", [&](const std::string& name) { move.options.queue = QueueName{name}; }, "The new queue")
        ->type_name("QUEUE");
    sub->add_option("--priority", move.options.priority, "The new priority, -1000 to 1000, larger is sooner")
        ->check(CLI::Range(kMinPriority, kMaxPriority));
    need_one_of(*sub, move, {"--queue", "--priority"});
    add_run_again(jobs, verb);
}

void add_commands(CLI::App& app, Verb& verb) {
    CLI::App* commands =
        app.add_subcommand("commands", "What people have done to jobs, and what goes on in the background")
            ->require_subcommand(1);
    CLI::App* list = commands->add_subcommand("list", "The last 100, newest first");
    add_verb<None>(*list, verb, "Print a JSON array",
                   [](const GlobalOptions& global, const None&) { return commands_list(global); });
    CLI::App* show = commands->add_subcommand("show", "All about one of them");
    add_id(*show, add_verb<CommandId>(*show, verb, "Print a JSON object", commands_show).options,
           "The command's id");
}

}  // namespace jobhost::host::parse
