// Options that several verbs have, and how words become values. A word that is none is CLI::ValidationError.
#pragma once

#include "host/command_line/parse/verbs.hpp"

#include <functional>
#include <memory>
#include <string>

namespace jobhost::host::parse {

Duration duration_or_complain(const std::string& text);
std::int64_t id_or_complain(const std::string& text);
StateName state_or_complain(const std::string& text);

// -c, and --json if there is a text for it.
void add_global(CLI::App& app, GlobalOptions& global, const char* json_text = nullptr);
CLI::Option* add_arguments(CLI::App& app, std::optional<std::string>& to);
// --queue (or as it is called), --type, --tag, --definition, --batch and --with-warnings.
void add_filter(CLI::App& app, storage::JobFilter& filter, const char* queue_option = "--queue");
void add_state(CLI::App& app, storage::JobFilter& filter);
// An option whose word is an instant.
CLI::Option* add_instant_option(CLI::App& app, const char* option, const char* text,
                                std::function<void(TimePoint)> take);
// --reason, and --for and --until, of which only one may be given.
void add_pause(CLI::App& app, PauseOptions& pause);
// --in and --at, of which only one may be given.
void add_instant(CLI::App& app, std::optional<Duration>& in, std::optional<TimePoint>& at);
// The one id that a verb is for.
template <class Id>
void add_id(CLI::App& app, Id& id, const char* description) {
    app.add_option_function<std::string>(
           "id", [&id](const std::string& text) { id = Id{id_or_complain(text)}; }, description)
        ->required()
        ->type_name("ID");
}

// What a verb was given. It lives as long as the callbacks of the options that fill it.
template <class Options>
struct Given {
    GlobalOptions global;
    Options options;
    std::function<void()> check;  // of what belongs together, once all words are read; may be none
};
struct None {};

// Makes `sub` a verb that is done by `run`.
template <class Options, class Run>
Given<Options>& add_verb(CLI::App& sub, Verb& verb, const char* json_text, Run run) {
    auto given = std::make_shared<Given<Options>>();
    add_global(sub, given->global, json_text);
    sub.callback([given, &verb, run] {
        if (given->check) given->check();
        verb = [given, run] { return run(given->global, given->options); };
    });
    return *given;
}

}  // namespace jobhost::host::parse
