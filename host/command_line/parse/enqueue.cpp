#include "host/command_line/parse/options.hpp"
#include "host/requests/spellings.hpp"

#include <algorithm>

namespace jobhost::host::parse {

namespace {

void add_ties(CLI::App& sub, JobRequest& request) {
    auto* after = sub.add_option_function<std::vector<std::string>>(
                         "--after",
                         [&](const std::vector<std::string>& texts) {
                             for (const std::string& text : texts)
                                 request.after.push_back(id_or_complain(text));
                         },
                         "Start when this job or batch has ended; several may be given: 12,13")
                      ->type_name("ID")
                      ->delimiter(',')
                      ->allow_extra_args(false);
    sub.add_option_function<std::string>(
           "--on",
           [&](const std::string& text) {
               request.on = parse_condition(text);
               if (!request.on)
                   throw CLI::ValidationError("'" + text + "' is not succeeded, failed, finished or deleted");
           },
           "How they have to end; the job is deleted when one ends otherwise. Default: succeeded")
        ->type_name("succeeded|failed|finished|deleted")
        ->needs(after);
    sub.add_option_function<std::string>(
           "--delay", [&](const std::string& text) { request.delay = duration_or_complain(text); },
           "Start this long after what it waits for")
        ->type_name("TIME");
    sub.add_option_function<std::string>(
           "--batch", [&](const std::string& text) { request.batch = BatchId{id_or_complain(text)}; },
           "Make it a member of this batch; one that has ended goes on")
        ->type_name("ID");
}

void add_unique(CLI::App& sub, JobRequest& request) {
    const auto unique = [&request]() -> Unique& {
        if (!request.unique) request.unique.emplace();
        return *request.unique;
    };
    auto* key = sub.add_option_function<std::string>(
                       "--unique", [unique](const std::string& text) { unique().key = text; },
                       "At most one job of its type with this key")
                    ->type_name("KEY");
    sub.add_option_function<std::string>(
           "--unique-while",
           [unique](const std::string& text) {
               if (!parse_held_while(text, unique()))
                   throw CLI::ValidationError("'" + text + "' is not " + std::string{kHeldWhileTexts});
           },
           "How long it keeps the key: queued, until_started, until_finished (default), 'window(1h)'; "
           "keys of windows are told apart from the others")
        ->type_name("WHILE")
        ->needs(key);
    sub.add_option_function<std::string>(
           "--on-conflict",
           [unique](const std::string& text) {
               const auto conflict = parse_on_conflict(text);
               if (!conflict)
                   throw CLI::ValidationError("'" + text + "' is not " + std::string{kOnConflictTexts});
               unique().on_conflict = *conflict;
           },
           "When the key is taken: skip it (default), replace or extend the other one, or fail")
        ->type_name("skip|replace|extend|fail")
        ->needs(key);
}

void add_marks(CLI::App& sub, JobRequest& request) {
    sub.add_option("--tag", request.tags, "A word to find it by; may be given several times")
        ->type_name("TAG")
        ->allow_extra_args(false);
    sub.add_option_function<std::vector<std::string>>(
           "--limit",
           [&](const std::vector<std::string>& texts) {
               for (const std::string& text : texts) {
                   const auto use = parse_limit_use(text);
                   if (!use)
                       throw CLI::ValidationError("'" + text + "' is no limit such as smtp or tenant:acme");
                   request.limits.push_back(*use);
               }
           },
           "Run only with a slot of this limit; may be given several times")
        ->type_name("NAME[:KEY]")
        ->allow_extra_args(false);
}

}  // namespace

void add_enqueue(CLI::App& app, Verb& verb) {
    CLI::App* sub = app.add_subcommand("enqueue", "Hand in one job, or many; prints their ids, one a line");
    auto& given =
        add_verb<EnqueueOptions>(*sub, verb, R"(Print an array of {"id", "is_new", "outcome"})", enqueue);
    EnqueueOptions& options = given.options;
    JobRequest& request = options.job;
    auto* name = sub->add_option("name", request.name, "A job type (mail.send), or the name of a definition")
                     ->type_name("TYPE|DEFINITION");
    auto* from = sub->add_option("--from", options.from, "Lines of JSON, '-' for standard input; see below")
                     ->type_name("FILE.jsonl");
    sub->add_option("--from-line", options.from_line, "Begin at this line of it")
        ->check([](const std::string& text) {
            return parse_id(text) ? std::string{} : "'" + text + "' is no line: they are counted from 1";
        })
        ->type_name("N")
        ->needs(from);
    sub->add_flag("--allow-unknown-type", options.allow_unknown_type,
                  "Also a type that no plugin has; the job waits for one");
    auto beside = sub->get_options();  // what goes with --from
    std::erase(beside, name);
    add_arguments(*sub, request.arguments);
    sub->add_option("--queue", request.queue, "The queue; default: the definition's, or 'default'")
        ->type_name("QUEUE");
    sub->add_option("--priority", request.priority, "-1000 to 1000, larger is sooner")
        ->check(CLI::Range(kMinPriority, kMaxPriority));
    add_instant(*sub, request.in, request.at);
    sub->add_option_function<std::string>(
           "--expires-in", [&](const std::string& text) { request.expires_in = duration_or_complain(text); },
           "Delete the job if it has not started this long after now, or after --in or --at")
        ->type_name("TIME");
    add_ties(*sub, request);
    add_unique(*sub, request);
    add_marks(*sub, request);
    sub->footer(
        "A line of --from: {\"type\": \"mail.send\", \"args\": {...}} with any of \"queue\", \"priority\", "
        "\"in\",\n"
        "\"at\", \"expires_in\", \"after\": [\"12\"], \"on\", \"delay\", \"tags\": [...], \"limits\": "
        "[\"tenant:acme\"],\n"
        "\"batch\", \"unique\": \"KEY\" or {\"key\": ..., \"while\": ..., \"on_conflict\": ...}.\n"
        "Where another job has the unique key, its id is printed; the outcome is enqueued, skipped, "
        "replaced or extended.\n"
        "Examples:\n"
        "  jobhost enqueue command.run --args '{\"command\": [\"/bin/date\"]}'\n"
        "  jobhost enqueue nightly-backup --in 10m --unique nightly\n"
        "  jobhost enqueue mail.send --args '{\"to\": \"ops@example.com\"}' --after 12 --on failed\n"
        "  jobhost enqueue --from jobs.jsonl");
    given.check = [sub, name, from, beside] {
        if (name->empty() && from->empty()) throw CLI::RequiredError("TYPE, DEFINITION or --from FILE.jsonl");
        if (from->empty()) return;
        for (const CLI::Option* option : sub->get_options())
            if (!option->empty() && std::find(beside.begin(), beside.end(), option) == beside.end())
                throw CLI::ExcludesError((option == name ? "a type" : option->get_name()) +
                                             " cannot go with --from: say it in the lines",
                                         CLI::ExitCodes::ExcludesError);
    };
}

void add_run(CLI::App& app, Verb& verb) {
    CLI::App* sub = app.add_subcommand(
        "run", "Hand in a job, wait, and show its log and how it ended; exit 0 if it succeeded");
    RunOptions& options =
        add_verb<RunOptions>(*sub, verb, "Print the job as JSON when it has ended", run).options;
    sub->add_option("name", options.name, "A job type, or the name of a definition")
        ->required()
        ->type_name("TYPE|DEFINITION");
    add_arguments(*sub, options.arguments);
    sub->add_option_function<std::string>(
           "--timeout", [&](const std::string& text) { options.timeout = duration_or_complain(text); },
           "How long to wait; default 5m. The job itself goes on.")
        ->type_name("TIME");
    sub->footer("Example:\n  jobhost run command.run --args '{\"command\": [\"/bin/echo\", \"hello\"]}'");
}

}  // namespace jobhost::host::parse
