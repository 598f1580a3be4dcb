#include "host/command_line/parse/options.hpp"

namespace jobhost::host::parse {

namespace {

void add_expression(CLI::App& sub, std::string& expression, std::string& name) {
    sub.add_option(
           "expression", expression,
           "Five fields (minute, hour, day of month, month, day of week), six with the second in front, or "
           "a macro like @daily; in quotes")
        ->required()
        ->type_name("EXPRESSION");
    sub.add_option("--name", name, "The definition whose name spreads what is written as H")
        ->type_name("NAME");
}

CLI::Option* add_time_zone(CLI::App& sub, std::string& time_zone) {
    return sub.add_option("--time-zone,--tz", time_zone, "Whose clock it means, an IANA name")
        ->type_name("ZONE");
}

Language language_or_complain(const std::string& text) {
    if (text == "en") return Language::english;
    if (text == "tr") return Language::turkish;
    throw CLI::ValidationError("'" + text + "' is no language here; there are en and tr");
}

}  // namespace

void add_cron(CLI::App& app, Verb& verb) {
    CLI::App* cron =
        app.add_subcommand("cron", "Try a cron expression before it is a schedule; needs no host file")
            ->require_subcommand(1);

    CLI::App* next =
        cron->add_subcommand("next", "The instants that it is due, and what changes of the clock do to them");
    CronNextOptions& when =
        add_verb<CronNextOptions>(*next, verb, "Print a JSON object with the instants in UTC", cron_next)
            .options;
    add_expression(*next, when.expression, when.name);
    add_time_zone(*next, when.time_zone)->capture_default_str();
    add_instant_option(*next, "--from", "After this instant, 2026-12-01T09:00:00+03:00; otherwise after now",
                       [&](TimePoint instant) { when.from = instant; });
    next->add_flag("--inclusive", when.is_inclusive, "The instant of --from may be one of them");
    next->add_option("--count", when.count, "How many")
        ->type_name("N")
        ->check(CLI::Range(std::size_t{1}, std::size_t{1000}))
        ->capture_default_str();
    next->footer(
        "Examples:\n"
        "  jobhost cron next '30 2 * * MON-FRI' --tz Europe/Istanbul --count 5\n"
        "  jobhost cron next '0 6 LW * *' --from 2026-12-01T00:00:00Z --json");

    CLI::App* explain = cron->add_subcommand("explain", "What it says, as a sentence in English or Turkish");
    CronExplainOptions& what =
        add_verb<CronExplainOptions>(*explain, verb, "Print a JSON object", cron_explain).options;
    add_expression(*explain, what.expression, what.name);
    add_time_zone(*explain, what.time_zone);
    explain
        ->add_option_function<std::string>(
            "--lang", [&](const std::string& text) { what.language = language_or_complain(text); },
            "en or tr; en otherwise")
        ->type_name("LANGUAGE");
    explain->footer(
        "Examples:\n"
        "  jobhost cron explain '0 9-17 * * MON-FRI'\n"
        "  jobhost cron explain '0 9 * * FRIL' --lang tr");
}

}  // namespace jobhost::host::parse
