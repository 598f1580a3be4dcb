#include "host/command_line/parse/options.hpp"

namespace jobhost::host::parse {

namespace {

const auto kListQueues = [](const GlobalOptions& global, const None&) { return queues_list(global); };
const auto kListServers = [](const GlobalOptions& global, const None&) { return servers_list(global); };

CLI::Option* add_queue(CLI::App& sub, QueueName& queue) {
    return sub
        .add_option_function<std::string>(
            "queue", [&](const std::string& name) { queue = QueueName{name}; }, "Its name")
        ->required()
        ->type_name("QUEUE");
}

}  // namespace

void add_queues(CLI::App& app, Verb& verb) {
    CLI::App* queues =
        app.add_subcommand("queues", "Look at queues, pause and resume them")->require_subcommand(1);
    CLI::App* list = queues->add_subcommand("list", "All queues with the number of their jobs");
    add_verb<None>(*list, verb, "Print a JSON array", kListQueues);

    CLI::App* pause =
        queues->add_subcommand("pause", "No host starts jobs of this queue any more; what runs goes on");
    QueuePauseOptions& options = add_verb<QueuePauseOptions>(*pause, verb, nullptr, queues_pause).options;
    add_queue(*pause, options.queue);
    add_pause(*pause, options.pause);

    CLI::App* resume = queues->add_subcommand("resume", "Hosts start jobs of this queue again");
    add_queue(*resume, add_verb<QueueName>(*resume, verb, nullptr, queues_resume).options);
}

void add_servers(CLI::App& app, Verb& verb) {
    CLI::App* servers = app.add_subcommand("servers", "Look at hosts")->require_subcommand(1);
    CLI::App* list =
        servers->add_subcommand("list", "Hosts that run on this database, or ran in the last week");
    add_verb<None>(*list, verb, "Print a JSON array", kListServers);
}

}  // namespace jobhost::host::parse
