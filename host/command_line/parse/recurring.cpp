#include "host/command_line/parse/options.hpp"

namespace jobhost::host::parse {

namespace {

const auto kList = [](const GlobalOptions& global, const None&) { return recurring_list(global); };

void add_name(CLI::App& sub, std::string& name) {
    sub.add_option("name", name, "The definition")->required()->type_name("NAME");
}

void add_reading(CLI::App& recurring, Verb& verb) {
    add_verb<None>(*recurring.add_subcommand("list", "All of them, with their next instant"), verb,
                   "Print a JSON array", kList);
    CLI::App* show = recurring.add_subcommand("show", "One of them, with its last jobs");
    add_name(*show, add_verb<std::string>(*show, verb, "Print a JSON object", recurring_show).options);
    CLI::App* next = recurring.add_subcommand("next", "The instants that it is due, paused or not");
    RecurringNextOptions& when =
        add_verb<RecurringNextOptions>(*next, verb, "Print a JSON object", recurring_next).options;
    add_name(*next, when.name);
    next->add_option("--count", when.count, "How many")
        ->type_name("N")
        ->check(CLI::Range(std::size_t{1}, std::size_t{1000}))
        ->capture_default_str();
    add_instant_option(*next, "--from", "After this instant; otherwise after now",
                       [&](TimePoint instant) { when.from = instant; });
}

void add_pausing(CLI::App& recurring, Verb& verb) {
    CLI::App* pause = recurring.add_subcommand(
        "pause", "Nothing becomes due any more, nor is made up for; what runs goes on");
    RecurringPauseOptions& options =
        add_verb<RecurringPauseOptions>(*pause, verb, nullptr, recurring_pause).options;
    add_name(*pause, options.name);
    add_pause(*pause, options.pause);
    CLI::App* resume = recurring.add_subcommand("resume", "It is due again from the next instant on");
    add_name(*resume, add_verb<std::string>(*resume, verb, nullptr, recurring_resume).options);
}

void add_running(CLI::App& recurring, Verb& verb) {
    CLI::App* trigger = recurring.add_subcommand(
        "trigger", "Run it now, beside its schedule; prints the id of the job or batch");
    add_name(*trigger,
             add_verb<std::string>(*trigger, verb, "Print a JSON object", recurring_trigger).options);
    CLI::App* backfill = recurring.add_subcommand(
        "backfill",
        "Run it for each instant of a past range, as if it had been due; an instant gets one such run");
    RecurringBackfillOptions& options =
        add_verb<RecurringBackfillOptions>(*backfill, verb, "Print a JSON object", recurring_backfill)
            .options;
    add_name(*backfill, options.name);
    add_instant_option(*backfill, "--from", "From this instant on", [&](TimePoint instant) {
        options.from = instant;
    })->required();
    add_instant_option(*backfill, "--to", "Before this instant", [&](TimePoint instant) {
        options.to = instant;
    })->required();
    backfill->add_flag("--yes", options.is_sure, "Do not ask");
}

}  // namespace

void add_recurring(CLI::App& app, Verb& verb) {
    CLI::App* recurring =
        app.add_subcommand("recurring", "Definitions with a schedule")->require_subcommand(1);
    add_reading(*recurring, verb);
    add_running(*recurring, verb);
    add_pausing(*recurring, verb);
}

}  // namespace jobhost::host::parse
