// The program `jobhost`: arguments to a verb, and its exit code.
#include "config/nearest_name.hpp"
#include "config/values.hpp"
#include "host/command_line/opened.hpp"
#include "host/command_line/parse/verbs.hpp"
#include "host/observe/printable.hpp"

#include <csignal>
#include <fcntl.h>
#include <iostream>
#include <sstream>
#include <unistd.h>

namespace {

using namespace jobhost;
using namespace jobhost::host;

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
    const std::string hint = config::did_you_mean(left.front(), verbs);
    return config::in_quotes(left.front()) + " is no verb; " + (hint.empty() ? "there are " + names : hint) +
           "\n";
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
    parse::Verb verb;
    CLI::App app{
        "jobhost runs background jobs whose code lives in shared libraries.\n"
        "Exit codes: 0 done, 1 failed, 2 wrong use or configuration, 3 storage unavailable, 4 (config plan) "
        "there are changes.",
        "jobhost"};
    app.set_version_flag("--version", "jobhost " JOBHOST_VERSION);
    app.require_subcommand(1);
    app.failure_message(complaint_of);
    for (const auto add :
         {parse::add_serve, parse::add_enqueue, parse::add_run, parse::add_jobs, parse::add_batch,
          parse::add_queues, parse::add_recurring, parse::add_limits, parse::add_plugins, parse::add_servers,
          parse::add_commands, parse::add_cron, parse::add_config, parse::add_storage, parse::add_bench})
        add(app, verb);
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
