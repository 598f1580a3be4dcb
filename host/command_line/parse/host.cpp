#include "host/command_line/bench_storage.hpp"
#include "host/command_line/parse/options.hpp"

namespace jobhost::host::parse {

void add_serve(CLI::App& app, Verb& verb) {
    CLI::App* sub = app.add_subcommand("serve", "Run jobs until SIGTERM or Ctrl-C");
    ServeOptions& options = add_verb<ServeOptions>(*sub, verb, nullptr, serve).options;
    sub->add_flag(
        "--strict", options.is_strict,
        "Exit 2 for any wrong definition file, though the database has an earlier one that is right");
    sub->footer("Files that change take hold within a second; SIGHUP reads them at once.");
}

void add_config(CLI::App& app, Verb& verb) {
    CLI::App* config = app.add_subcommand("config", "Look at the configuration")->require_subcommand(1);
    CLI::App* check = config->add_subcommand(
        "check", "Say all that is wrong in the host file and the definitions; exit 2 if anything is");
    ConfigCheckOptions& options =
        add_verb<ConfigCheckOptions>(*check, verb, "Print errors and warnings as JSON", config_check).options;
    check->add_flag("--allow-unknown-type", options.allow_unknown_type,
                    "A job type that no plugin has is right");

    CLI::App* plan = config->add_subcommand(
        "plan", "What the definition files would change in the database; changes nothing");
    ConfigApplyOptions& planned =
        add_verb<ConfigApplyOptions>(*plan, verb, "Print a JSON object", config_plan).options;
    plan->add_flag("--force", planned.is_forced, "As if older files counted, too");
    plan->add_option("--retire", planned.retired, "As if this file had gone, which another host has brought")
        ->type_name("SOURCE");
    plan->footer("Exit code 4: there are changes, or older files that are left out; 0: there are none.");

    CLI::App* apply = config->add_subcommand("apply", "Make the database hold the definition files");
    ConfigApplyOptions& applied =
        add_verb<ConfigApplyOptions>(*apply, verb, "Print a JSON object", config_apply).options;
    apply->add_flag("--force", applied.is_forced,
                    "Files count, too, in place of which another host has brought newer ones");
    apply
        ->add_option(
            "--retire", applied.retired,
            "A file that another host has brought, and that is gone for good with it; its definitions end. "
            "Names are those of 'jobhost config status'")
        ->type_name("SOURCE");

    CLI::App* status = config->add_subcommand(
        "status", "Which definition files the database holds, and which servers have wrong ones");
    add_verb<None>(*status, verb, "Print a JSON object",
                   [](const GlobalOptions& global, const None&) { return config_status(global); });

    CLI::App* schema = config->add_subcommand("schema", "The JSON Schema of definition files, for editors");
    ConfigSchemaOptions& of = add_verb<ConfigSchemaOptions>(*schema, verb, nullptr, config_schema).options;
    schema->add_flag("--host-file", of.is_of_host_file, "That of the host file instead");
}

void add_storage(CLI::App& app, Verb& verb) {
    CLI::App* storage = app.add_subcommand("storage", "Look after the database")->require_subcommand(1);

    CLI::App* status = storage->add_subcommand(
        "status", "Which database answers, and which migrations of its schema are applied; changes nothing");
    add_verb<None>(*status, verb, "Print a JSON object",
                   [](const GlobalOptions& global, const None&) { return storage_status(global); });
    status->footer("Exit code 3: it cannot be reached, or its schema is not one that this jobhost can use.");

    CLI::App* migrate = storage->add_subcommand(
        "migrate", "Apply the migrations that are pending; a host does the same when it starts");
    StorageMigrateOptions& options =
        add_verb<StorageMigrateOptions>(*migrate, verb, nullptr, storage_migrate).options;
    migrate->add_flag("--sql", options.is_sql,
                      "Only print the SQL, for somebody with more rights to run it; changes nothing");
}

void add_bench(CLI::App& app, Verb& verb) {
    CLI::App* bench = app.add_subcommand("bench", "Measure")->require_subcommand(1);
    CLI::App* sub = bench->add_subcommand(
        "storage", "How fast jobs are inserted, claimed and settled, beside raw SQL on the same database");
    BenchStorageOptions& options =
        add_verb<BenchStorageOptions>(*sub, verb, "Print a JSON object", bench_storage).options;
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
}

}  // namespace jobhost::host::parse
