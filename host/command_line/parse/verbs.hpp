// From words on the command line to a verb: one function for each group of verbs. Each adds its verbs to the
// application; the one that was asked for is put into `verb`.
#pragma once

#include "host/command_line/commands.hpp"

#include <CLI/CLI.hpp>

#include <functional>

namespace jobhost::host::parse {

using Verb = std::function<int()>;  // returns the exit code

void add_serve(CLI::App& app, Verb& verb);
void add_enqueue(CLI::App& app, Verb& verb);
void add_run(CLI::App& app, Verb& verb);
void add_jobs(CLI::App& app, Verb& verb);
void add_operations(CLI::App& jobs, Verb& verb);  // below `jobs`
void add_commands(CLI::App& app, Verb& verb);
void add_batch(CLI::App& app, Verb& verb);
void add_queues(CLI::App& app, Verb& verb);
void add_recurring(CLI::App& app, Verb& verb);
void add_limits(CLI::App& app, Verb& verb);
void add_plugins(CLI::App& app, Verb& verb);
void add_servers(CLI::App& app, Verb& verb);
void add_cron(CLI::App& app, Verb& verb);
void add_config(CLI::App& app, Verb& verb);
void add_storage(CLI::App& app, Verb& verb);
void add_bench(CLI::App& app, Verb& verb);

}  // namespace jobhost::host::parse
