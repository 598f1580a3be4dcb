#include "host/command_line/parse/options.hpp"

namespace jobhost::host::parse {

namespace {

void add_list(CLI::App& jobs, Verb& verb) {
    CLI::App* sub = jobs.add_subcommand("list", "Jobs, newest first");
    JobsListOptions& options = add_verb<JobsListOptions>(*sub, verb, "Print a JSON array", jobs_list).options;
    add_state(*sub, options.filter);
    add_filter(*sub, options.filter);
    sub->add_option("--limit", options.limit, "How many at the most, up to 1000000")
        ->capture_default_str()
        ->check(CLI::Range(1, 1'000'000));
}

void add_count(CLI::App& jobs, Verb& verb) {
    CLI::App* sub = jobs.add_subcommand("count", "How many jobs there are in each state");
    JobsCountOptions& options =
        add_verb<JobsCountOptions>(*sub, verb, "Print a JSON object", jobs_count).options;
    sub->add_option_function<std::vector<std::string>>(
           "--state",
           [&](const std::vector<std::string>& texts) {
               for (const std::string& text : texts)
                   options.states.push_back(state_or_complain(text));
           },
           "Only the number of jobs in this state, or in these together")
        ->type_name("STATE");
    add_filter(*sub, options.filter);
    sub->footer(
        "By queue, type or batch it is known at once; with another filter all that fit are looked at.");
}

}  // namespace

void add_jobs(CLI::App& app, Verb& verb) {
    CLI::App* jobs =
        app.add_subcommand("jobs", "Look at jobs, and do something to them")->require_subcommand(1);
    add_list(*jobs, verb);
    add_count(*jobs, verb);
    const auto add_one = [&](const char* name, const char* description, const char* json_text, auto run) {
        CLI::App* sub = jobs->add_subcommand(name, description);
        add_id(*sub, add_verb<JobId>(*sub, verb, json_text, run).options, "The job's id");
    };
    add_one("show", "All about one job", "Print a JSON object", jobs_show);
    add_one("log", "What a job logged and printed", "Print a JSON array", jobs_log);
    add_operations(*jobs, verb);
}

}  // namespace jobhost::host::parse
