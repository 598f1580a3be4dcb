#include "host/command_line/parse/options.hpp"

namespace jobhost::host::parse {

namespace {

// --concurrent and its like: exactly one of them says what kind of limit it is.
void add_kinds(CLI::App& set, Limit& limit) {
    struct Kind {
        const char* option;
        LimitKind kind;
        const char* description;
    };
    constexpr Kind kKinds[] = {
        {"--concurrent", LimitKind::concurrent, "At most so many at once, for each key"},
        {"--fixed-window", LimitKind::fixed_window, "At most so many begin in each --per"},
        {"--sliding-window", LimitKind::sliding_window, "At most so many begin in any stretch of --per"},
        {"--bucket", LimitKind::bucket, "So many at once, given back evenly over --per"},
    };
    CLI::Option_group* group = set.add_option_group("Kind", "One of these");
    for (const Kind& kind : kKinds)
        group
            ->add_option_function<std::int64_t>(
                kind.option,
                [&limit, value = kind.kind](const std::int64_t& capacity) {
                    limit.kind = value;
                    limit.capacity = capacity;
                },
                kind.description)
            ->type_name("N")
            ->check(CLI::Range(std::int64_t{1}, kMaxLimitCapacity));
    group->require_option(1);
    auto* per = set.add_option_function<std::string>(
                       "--per",
                       [&](const std::string& text) {
                           limit.window = duration_or_complain(text);
                           if (limit.window == Duration::zero())
                               throw CLI::ValidationError("it must be longer than 0");
                       },
                       "The time that the number of a rate limit is for: 1m")
                    ->type_name("TIME");
    per->excludes(group->get_option("--concurrent"));
}

}  // namespace

void add_limits(CLI::App& app, Verb& verb) {
    CLI::App* limits =
        app.add_subcommand("limits", "How many jobs may run at once, or how often")->require_subcommand(1);
    CLI::App* list =
        limits->add_subcommand("list", "All limits, with slots that are taken and jobs that wait");
    add_verb<None>(*list, verb, "Print a JSON array",
                   [](const GlobalOptions& global, const None&) { return limits_list(global); });

    CLI::App* show = limits->add_subcommand(
        "show", "Its keys that have slots taken or jobs that wait, and when the next slot of each opens");
    std::string& shown = add_verb<std::string>(*show, verb, "Print a JSON object", limits_show).options;
    show->add_option("name", shown, "Its name")->required()->type_name("NAME");

    CLI::App* set = limits->add_subcommand(
        "set", "Make a limit, or change its numbers; who waits is let go at once as far as they allow");
    Limit& limit = add_verb<Limit>(*set, verb, nullptr, limits_set).options;
    set->add_option("name", limit.name, "Its name")->required()->type_name("NAME");
    add_kinds(*set, limit);
    set->footer(
        "Examples:\n"
        "  jobhost limits set one-import --concurrent 1\n"
        "  jobhost limits set smtp --sliding-window 100 --per 1m");

    CLI::App* remove =
        limits->add_subcommand("remove", "Forget a limit; jobs that wait for it run without it");
    std::string& name = add_verb<std::string>(*remove, verb, nullptr, limits_remove).options;
    remove->add_option("name", name, "Its name")->required()->type_name("NAME");
}

}  // namespace jobhost::host::parse
