#include "host/command_line/parse/options.hpp"

namespace jobhost::host::parse {

void add_batch(CLI::App& app, Verb& verb) {
    CLI::App* batch =
        app.add_subcommand("batch", "Groups of jobs that are created, watched and cancelled as one")
            ->require_subcommand(1);

    CLI::App* create = batch->add_subcommand("create", "Hand in a batch; prints its id");
    BatchCreateOptions& options =
        add_verb<BatchCreateOptions>(*create, verb, R"(Print {"id", "jobs"})", batch_create).options;
    create->add_option("file", options.file, "A batch in YAML, or in JSON if it is called .json")
        ->required()
        ->type_name("FILE");
    create->add_flag("--allow-unknown-type", options.allow_unknown_type,
                     "Also types that no plugin has; their jobs wait for one");

    create->footer(
        "Example:\n"
        "  name: campaign\n"
        "  for_each: {file: customers.csv}      # once for each; or a list, or a .jsonl file\n"
        "  jobs:\n"
        "    mail: {type: mail.send, args: {to: \"${item.email}\"}}\n"
        "    note: {type: crm.note, after: mail, on: finished}\n"
        "  then: {close: {type: crm.close}}     # waits for the batch\n"
        "Jobs have the keys of the lines of enqueue --from; 'batches' holds batches within it; 'after' names "
        "jobs\n"
        "and batches beside it, or ids. All of it is handed in, or nothing.");

    CLI::App* list = batch->add_subcommand("list", "Batches, newest first");
    BatchListOptions& listed =
        add_verb<BatchListOptions>(*list, verb, "Print a JSON array", batch_list).options;
    list->add_option_function<std::string>(
            "--state",
            [&](const std::string& text) {
                listed.state = parse_batch_state(text);
                if (listed.state) return;
                std::string names;
                for (const std::string_view name : kBatchStateNames)
                    names += (names.empty() ? "" : ", ") + std::string{name};
                throw CLI::ValidationError("'" + text + "' is no state of batches; there are " + names);
            },
            "Only batches in this state")
        ->type_name("STATE");
    list->add_option("--limit", listed.limit, "How many at the most, up to 1000000")
        ->capture_default_str()
        ->check(CLI::Range(1, 1'000'000));

    const auto add_one = [&](const char* name, const char* description, const char* json_text, auto run) {
        CLI::App* sub = batch->add_subcommand(name, description);
        add_id(*sub, add_verb<BatchId>(*sub, verb, json_text, run).options, "The batch's id");
    };
    add_one("show", "All about one batch, and the batches within it", "Print a JSON object", batch_show);
    add_one("cancel", "Start none of its members any more, and ask those that run to stop", nullptr,
            batch_cancel);
    add_one("open", "Let a batch begin whose members were handed in one by one", nullptr, batch_open);
}

}  // namespace jobhost::host::parse
