// The program `jobhost`: arguments to a verb, and its exit code.
#include "config/nearest_name.hpp"
#include "config/values.hpp"
#include "host/command_line/bench_storage.hpp"
#include "host/command_line/opened.hpp"
#include "host/observe/printable.hpp"
#include "storage/model/time_text.hpp"

#include <CLI/CLI.hpp>

#include <charconv>
#include <csignal>
#include <fcntl.h>
#include <functional>
#include <iostream>
#include <sstream>
#include <unistd.h>

namespace {

using namespace jobhost;
using namespace jobhost::host;

using Verb = std::function<int()>;

// Options that one verb or another fills in.
struct Arguments {
    GlobalOptions global;
    EnqueueOptions enqueue;
    RunOptions run;
    JobsListOptions list;
    JobsCountOptions count;
    ConfigCheckOptions check;
    BenchStorageOptions bench;
    StorageMigrateOptions migrate;
    JobId id;
};

std::optional<Duration> duration_or_complain(const std::string& text) {
    const auto duration = parse_duration(text);
    if (!duration) throw CLI::ValidationError("'" + text + "' is not a duration such as 10s or 1h30m");
    return duration;
}

std::optional<TimePoint> instant_or_complain(const std::string& text) {
    const auto instant = parse_instant(text);
    if (!instant)
        throw CLI::ValidationError(
            "'" + text + "' is not an instant such as 2026-12-01T09:00:00+03:00 (offset or Z needed)");
    return instant;
}

JobId id_or_complain(const std::string& text) {
    JobId id;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, id.value);
    if (error != std::errc{} || stop != end || id.value <= 0)
        throw CLI::ValidationError("'" + text + "' is no job's id");
    return id;
}

StateName state_or_complain(const std::string& text) {
    if (const auto state = parse_state_name(text)) return *state;
    std::string names;
    for (const std::string_view name : kStateNames)
        names += (names.empty() ? "" : ", ") + std::string{name};
    throw CLI::ValidationError("'" + text + "' is no state; there are " + names);
}

void add_global(CLI::App& app, GlobalOptions& global, const char* json_text = nullptr) {
    app.add_option("-c,--config", global.file, "The host file")->capture_default_str()->type_name("FILE");
    if (json_text != nullptr) app.add_flag("--json", global.json, json_text);
}

void add_arguments(CLI::App& app, std::optional<std::string>& to) {
    app.add_option("--args", to, "The arguments, a JSON object")->type_name("JSON");
}

void add_filter(CLI::App& app, storage::JobFilter& filter) {
    app.add_option_function<std::string>(
        "--queue", [&](const std::string& name) { filter.queue = QueueName{name}; },
        "Only jobs of this queue");
    app.add_option("--type", filter.type, "Only jobs of this type");
}

void add_serve(CLI::App& app, Arguments& arguments, Verb& verb) {
    CLI::App* serve_app = app.add_subcommand("serve", "Run jobs until SIGTERM or Ctrl-C");
    add_global(*serve_app, arguments.global);
    serve_app->callback([&] { verb = [&] { return serve(arguments.global); }; });
}

void add_enqueue(CLI::App& app, Arguments& arguments, Verb& verb) {
    CLI::App* sub = app.add_subcommand("enqueue", "Hand in one job, or many; prints their ids, one a line");
    EnqueueOptions& options = arguments.enqueue;
    add_global(*sub, arguments.global, "Print the ids as a JSON array");
    auto* name = sub->add_option("name", options.name, "A job type (mail.send), or the name of a definition")
                     ->type_name("TYPE|DEFINITION");
    auto* from =
        sub->add_option("--from", options.from,
                        R"(Lines of JSON, '-' for standard input: {"type": "mail.send", "args": {...}, )"
                        R"("queue": ..., "priority": ..., "in": ..., "at": ..., "expires_in": ...})")
            ->type_name("FILE.jsonl");
    name->excludes(from);
    add_arguments(*sub, options.arguments);
    sub->add_option("--queue", options.queue, "The queue; default: the definition's, or 'default'");
    sub->add_option("--priority", options.priority, "-1000 to 1000, larger is sooner")
        ->check(CLI::Range(kMinPriority, kMaxPriority));
    auto* in = sub->add_option_function<std::string>(
        "--in", [&](const std::string& text) { options.in = duration_or_complain(text); },
        "Start after this long: 10s, 1h30m");
    sub->add_option_function<std::string>(
           "--at", [&](const std::string& text) { options.at = instant_or_complain(text); },
           "Start at this instant: 2026-12-01T09:00:00+03:00")
        ->excludes(in);
    sub->add_option_function<std::string>(
        "--expires-in", [&](const std::string& text) { options.expires_in = duration_or_complain(text); },
        "Delete the job if it has not started this long after it could");
    sub->add_flag("--allow-unknown-type", options.allow_unknown_type,
                  "Also a type that no plugin has; the job waits for one");
    for (CLI::Option* option : sub->get_options())
        if (option != from && option->get_name() != "--help" && option->get_name() != "--config" &&
            option->get_name() != "--json" && option->get_name() != "--allow-unknown-type" && option != name)
            option->excludes(from);
    sub->footer(
        "Examples:\n"
        "  jobhost enqueue command.run --args '{\"command\": [\"/bin/date\"]}'\n"
        "  jobhost enqueue nightly-backup --in 10m\n"
        "  jobhost enqueue --from jobs.jsonl");
    sub->callback([&, name, from] {
        if (name->empty() && from->empty()) throw CLI::RequiredError("TYPE, DEFINITION or --from FILE.jsonl");
        verb = [&] { return enqueue(arguments.global, arguments.enqueue); };
    });
}

void add_run(CLI::App& app, Arguments& arguments, Verb& verb) {
    CLI::App* sub = app.add_subcommand(
        "run", "Hand in a job, wait, and show its log and how it ended; exit 0 if it succeeded");
    add_global(*sub, arguments.global, "Print the job as JSON when it has ended");
    sub->add_option("name", arguments.run.name, "A job type, or the name of a definition")
        ->required()
        ->type_name("TYPE|DEFINITION");
    add_arguments(*sub, arguments.run.arguments);
    sub->add_option_function<std::string>(
        "--timeout", [&](const std::string& text) { arguments.run.timeout = *duration_or_complain(text); },
        "How long to wait; default 5m. The job itself goes on.");
    sub->footer("Example:\n  jobhost run command.run --args '{\"command\": [\"/bin/echo\", \"hello\"]}'");
    sub->callback([&] { verb = [&] { return run(arguments.global, arguments.run); }; });
}

void add_jobs(CLI::App& app, Arguments& arguments, Verb& verb) {
    CLI::App* jobs = app.add_subcommand("jobs", "Look at jobs")->require_subcommand(1);

    CLI::App* list = jobs->add_subcommand("list", "Jobs, newest first");
    add_global(*list, arguments.global, "Print a JSON array");
    list->add_option_function<std::string>(
        "--state", [&](const std::string& text) { arguments.list.filter.state = state_or_complain(text); },
        "Only jobs in this state");
    add_filter(*list, arguments.list.filter);
    list->add_option("--definition", arguments.list.filter.definition, "Only jobs of this definition");
    list->add_option("--limit", arguments.list.limit, "How many at the most, up to 1000000")
        ->capture_default_str()
        ->check(CLI::Range(1, 1'000'000));
    list->callback([&] { verb = [&] { return jobs_list(arguments.global, arguments.list); }; });

    CLI::App* count = jobs->add_subcommand("count", "How many jobs there are in each state");
    add_global(*count, arguments.global, "Print a JSON object");
    count->add_option_function<std::vector<std::string>>(
        "--state",
        [&](const std::vector<std::string>& texts) {
            for (const std::string& text : texts)
                arguments.count.states.push_back(state_or_complain(text));
        },
        "Only the number of jobs in this state, or in these together");
    add_filter(*count, arguments.count.filter);
    count->callback([&] { verb = [&] { return jobs_count(arguments.global, arguments.count); }; });

    const auto add_one = [&](const char* name, const char* description, const char* json_text, auto run_one) {
        CLI::App* sub = jobs->add_subcommand(name, description);
        add_global(*sub, arguments.global, json_text);
        sub->add_option_function<std::string>(
               "id", [&](const std::string& text) { arguments.id = id_or_complain(text); }, "The job's id")
            ->required()
            ->type_name("ID");
        sub->callback(
            [&, run_one] { verb = [&, run_one] { return run_one(arguments.global, arguments.id); }; });
    };
    add_one("show", "All about one job", "Print a JSON object", jobs_show);
    add_one("log", "What a job logged and printed", "Print a JSON array", jobs_log);
}

void add_config(CLI::App& app, Arguments& arguments, Verb& verb) {
    CLI::App* config = app.add_subcommand("config", "Look at the configuration")->require_subcommand(1);
    CLI::App* check = config->add_subcommand(
        "check", "Say all that is wrong in the host file and the definitions; exit 2 if anything is");
    add_global(*check, arguments.global, "Print errors and warnings as JSON");
    check->add_flag("--allow-unknown-type", arguments.check.allow_unknown_type,
                    "A job type that no plugin has is right");
    check->callback([&] { verb = [&] { return config_check(arguments.global, arguments.check); }; });
}

void add_storage(CLI::App& app, Arguments& arguments, Verb& verb) {
    CLI::App* storage = app.add_subcommand("storage", "Look after the database")->require_subcommand(1);

    CLI::App* status = storage->add_subcommand(
        "status", "Which database answers, and which migrations of its schema are applied; changes nothing");
    add_global(*status, arguments.global, "Print a JSON object");
    status->footer("Exit code 3: it cannot be reached, or its schema is not one that this jobhost can use.");
    status->callback([&] { verb = [&] { return storage_status(arguments.global); }; });

    CLI::App* migrate = storage->add_subcommand(
        "migrate", "Apply the migrations that are pending; a host does the same when it starts");
    add_global(*migrate, arguments.global);
    migrate->add_flag("--sql", arguments.migrate.is_sql,
                      "Only print the SQL, for somebody with more rights to run it; changes nothing");
    migrate->callback([&] { verb = [&] { return storage_migrate(arguments.global, arguments.migrate); }; });
}

void add_bench(CLI::App& app, Arguments& arguments, Verb& verb) {
    CLI::App* bench = app.add_subcommand("bench", "Measure")->require_subcommand(1);
    CLI::App* sub = bench->add_subcommand(
        "storage", "How fast jobs are inserted, claimed and settled, beside raw SQL on the same database");
    BenchStorageOptions& options = arguments.bench;
    add_global(*sub, arguments.global, "Print a JSON object");
    sub->add_option("--url", options.url, "The database, instead of the host file's")
        ->type_name("URL")
        ->excludes("--config");
    sub->add_option("--batches", options.batches, "Jobs in a transaction")
        ->delimiter(',')
        ->check(CLI::Range(1, 10'000))
        ->capture_default_str();
    sub->add_option("--connections", options.connections, "How many at once; on SQLite always one")
        ->check(CLI::Range(1, 16))
        ->capture_default_str();
    sub->add_option("--rounds", options.rounds, "How many; medians are printed")
        ->check(CLI::Range(1, 100))
        ->capture_default_str();
    sub->add_option("--scale", options.scale, "Of the number of jobs, 2000 times the root of the batch size")
        ->check(CLI::Range(0.001, 1000.0))
        ->capture_default_str();
    auto* growth = sub->add_flag("--growth", options.growth,
                                 "Instead: jobhost's claim of 100 beside rows that it does not want");
    sub->add_option("--growth-rows", options.growth_rows,
                    "How many of those, of each kind; a million takes about 400 MB of disk")
        ->check(CLI::Range(1, 100'000'000))
        ->capture_default_str();
    sub->add_option("--require", options.require,
                    "Exit 1 if fused exchanges of 100 do not reach this part of raw")
        ->type_name("RATIO")
        ->check(CLI::Range(0.0, 10.0))
        ->excludes(growth);
    sub->footer(
        "Works beside the tables in use, never on them: in a folder FILE.jobhost_bench_PID, or in schemas\n"
        "(SQL Server: databases) jobhost_bench_PID_*, removed at the end and after Ctrl-C. Fused: one "
        "transaction settles "
        "a\n"
        "batch and claims the next. Ratio: jobhost's rows a second for each of raw SQL's.");
    sub->callback([&] { verb = [&] { return bench_storage(arguments.global, arguments.bench); }; });
}

// CLI11 misses a verb before it looks at what stands in its place.
std::string complaint_of(const CLI::App* app, const CLI::Error& error) {
    const std::vector<std::string> left = app->remaining(true);
    if (error.get_name() != "RequiredError" || left.empty() || left.front().starts_with('-'))
        return CLI::FailureMessage::simple(app, error);
    while (!app->get_subcommands().empty())
        app = app->get_subcommands().front();
    std::vector<std::string_view> verbs;
    std::string names;
    for (const CLI::App* verb : app->get_subcommands([](const CLI::App*) { return true; })) {
        verbs.push_back(verb->get_name());
        names += (names.empty() ? "" : ", ") + verb->get_name();
    }
    if (verbs.empty()) return CLI::FailureMessage::simple(app, error);
    const auto nearest = config::nearest_name(left.front(), verbs);
    return config::in_quotes(left.front()) + " is no verb; " +
           (nearest ? "did you mean '" + std::string{*nearest} + "'?" : "there are " + names) + "\n";
}

// A standard descriptor that is closed would be given to the next file that is opened, and what is printed
// would be written into it. Reading from and writing to what stands there now fails as before.
void occupy_standard_descriptors() {
    for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        if (::fcntl(descriptor, F_GETFD) < 0)
            ::open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

}  // namespace

int main(int argc, char** argv) {
    occupy_standard_descriptors();
    // A limit on the size of files is an error like a full disk, and not the end.
    std::signal(SIGXFSZ, SIG_IGN);
    Arguments arguments;
    Verb verb;
    CLI::App app{
        "jobhost runs background jobs whose code lives in shared libraries.\n"
        "Exit codes: 0 done, 1 failed, 2 wrong use or configuration, 3 storage unavailable.",
        "jobhost"};
    app.set_version_flag("--version", "jobhost " JOBHOST_VERSION);
    app.require_subcommand(1);
    app.failure_message(complaint_of);
    add_serve(app, arguments, verb);
    add_enqueue(app, arguments, verb);
    add_run(app, arguments, verb);
    add_jobs(app, arguments, verb);
    add_config(app, arguments, verb);
    add_storage(app, arguments, verb);
    add_bench(app, arguments, verb);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        std::ostringstream complaint;
        const bool is_help = app.exit(error, std::cout, complaint) == 0;
        std::cerr << printable_lines(complaint.str());
        return is_help ? kDone : kWrongUse;
    }
    return run_verb(verb);
}
