#include "host/command_line/parse/options.hpp"

#include "host/requests/spellings.hpp"
#include "storage/model/time_text.hpp"

namespace jobhost::host::parse {

namespace {

TimePoint instant_or_complain(const std::string& text) {
    const auto instant = parse_instant(text);
    if (!instant) throw CLI::ValidationError("'" + text + "' is not " + std::string{kInstantTexts});
    return *instant;
}

}  // namespace

Duration duration_or_complain(const std::string& text) {
    const auto duration = parse_duration(text);
    if (!duration) throw CLI::ValidationError("'" + text + "' is not " + std::string{kDurationTexts});
    return *duration;
}

std::int64_t id_or_complain(const std::string& text) {
    const auto id = parse_id(text);
    if (!id) throw CLI::ValidationError("'" + text + "' is no id");
    return *id;
}

StateName state_or_complain(const std::string& text) {
    if (const auto state = parse_state_name(text)) return *state;
    std::string names;
    for (const std::string_view name : kStateNames)
        names += (names.empty() ? "" : ", ") + std::string{name};
    throw CLI::ValidationError("'" + text + "' is no state; there are " + names);
}

void add_global(CLI::App& app, GlobalOptions& global, const char* json_text) {
    app.add_option("-c,--config", global.file, "The host file")->capture_default_str()->type_name("FILE");
    if (json_text != nullptr) app.add_flag("--json", global.json, json_text);
}

CLI::Option* add_arguments(CLI::App& app, std::optional<std::string>& to) {
    return app.add_option("--args", to, "The arguments, a JSON object")->type_name("JSON");
}

void add_filter(CLI::App& app, storage::JobFilter& filter, const char* queue_option) {
    app.add_option_function<std::string>(
           queue_option, [&](const std::string& name) { filter.queue = QueueName{name}; },
           "Only jobs of this queue")
        ->type_name("QUEUE");
    app.add_option("--type", filter.type, "Only jobs of this type")->type_name("TYPE");
    app.add_option("--tag", filter.tag, "Only jobs with this tag")->type_name("TAG");
    app.add_option("--definition", filter.definition, "Only jobs of this definition")->type_name("NAME");
    app.add_option_function<std::string>(
           "--batch", [&](const std::string& text) { filter.batch = BatchId{id_or_complain(text)}; },
           "Only members of this batch")
        ->type_name("ID");
    app.add_flag("--with-warnings", filter.has_warnings, "Only jobs whose runs have logged warnings");
}

void add_state(CLI::App& app, storage::JobFilter& filter) {
    app.add_option_function<std::string>(
           "--state", [&](const std::string& text) { filter.state = state_or_complain(text); },
           "Only jobs in this state")
        ->type_name("STATE");
}

void add_instant(CLI::App& app, std::optional<Duration>& in, std::optional<TimePoint>& at) {
    auto* after = app.add_option_function<std::string>(
                         "--in", [&](const std::string& text) { in = duration_or_complain(text); },
                         "Start after this long: 10s, 1h30m")
                      ->type_name("TIME");
    add_instant_option(app, "--at", "Start at this instant: 2026-12-01T09:00:00+03:00",
                       [&](TimePoint instant) { at = instant; })
        ->excludes(after);
}

CLI::Option* add_instant_option(CLI::App& app, const char* option, const char* text,
                                std::function<void(TimePoint)> take) {
    return app
        .add_option_function<std::string>(
            option, [take = std::move(take)](const std::string& given) { take(instant_or_complain(given)); },
            text)
        ->type_name("INSTANT");
}

void add_pause(CLI::App& app, PauseOptions& pause) {
    app.add_option("--reason", pause.reason, "Why, for others")->type_name("TEXT");
    auto* time = app.add_option_function<std::string>(
                        "--for", [&](const std::string& text) { pause.time = duration_or_complain(text); },
                        "Resume it by itself after this long: 30m")
                     ->type_name("TIME");
    add_instant_option(app, "--until", "Resume it by itself at this instant", [&](TimePoint instant) {
        pause.until = instant;
    })->excludes(time);
}

}  // namespace jobhost::host::parse
