#include "host/command_line/parse/options.hpp"

namespace jobhost::host::parse {

namespace {

// Those that running hosts do.
CLI::App& add_operation(CLI::App& plugins, Verb& verb, const char* name, const char* text,
                        int (*run)(const GlobalOptions&, const PluginOperateOptions&), bool needs_name) {
    CLI::App* sub = plugins.add_subcommand(name, text);
    PluginOperateOptions& options =
        add_verb<PluginOperateOptions>(*sub, verb, "Print a JSON array, one object for each server", run)
            .options;
    CLI::Option* plugin =
        sub->add_option("name", options.name, needs_name ? "The plugin" : "The plugin, or its file; else all")
            ->type_name("NAME");
    if (needs_name) plugin->required();
    sub->add_option("--server", options.servers, "Only this server; may be given several times")
        ->type_name("SERVER");
    sub->add_option_function<std::string>(
           "--timeout", [&](const std::string& word) { options.timeout = duration_or_complain(word); },
           "How long servers may take to answer")
        ->default_str("30s")
        ->type_name("TIME");
    return *sub;
}

void add_operations_on_plugins(CLI::App& plugins, Verb& verb) {
    add_operation(plugins, verb, "reload",
                  "Running hosts look at their plugin folders now, and try again what they have refused",
                  plugins_reload, false)
        .footer("Exit code 1 if a file is refused, or a server does not answer.");
    add_operation(plugins, verb, "rollback",
                  "Running hosts put the version before in place of the one that is live", plugins_rollback,
                  true)
        .footer(
            "It stays so when they are started again. The version that it replaces is not tried again until "
            "its\n"
            "file changes, or somebody says: jobhost plugins reload");
    add_operation(plugins, verb, "remove", "Running hosts let go of a plugin whose file is gone",
                  plugins_remove, true)
        .footer("What runs of it goes on to its end; its jobs stay, and wait until the plugin comes again.");
}

}  // namespace

void add_plugins(CLI::App& app, Verb& verb) {
    CLI::App* plugins =
        app.add_subcommand("plugins",
                           "Look at plugins, begin a new one, and tell running hosts what to do with them")
            ->require_subcommand(1);
    CLI::App* list = plugins->add_subcommand(
        "list", "The files of the plugin folder: what they hold, whether a host runs them, or why none can");
    add_verb<None>(*list, verb, "Print a JSON array",
                   [](const GlobalOptions& global, const None&) { return plugins_list(global); });

    CLI::App* inspect = plugins->add_subcommand(
        "inspect",
        "Everything about a plugin's file; its code is run in a process of its own, and needs no host");
    PluginInspectOptions& options =
        add_verb<PluginInspectOptions>(*inspect, verb, "Print a JSON object, with the schemas",
                                       plugins_inspect)
            .options;
    inspect->add_option("file", options.file, "The library")->required()->type_name("FILE");
    inspect->add_flag("--static", options.is_static, "Only what can be read without running any of its code");
    inspect->get_option("--config")
        ->description("A host file whose plugins.trust is asked, too; otherwise none is read")
        ->default_str("")
        ->each([&options](const std::string&) { options.has_host_file = true; });
    inspect->footer(
        "Exit code 1 if no host would take it. The last line is how to sign it.\n"
        "Examples:\n"
        "  jobhost plugins inspect build/images.so\n"
        "  jobhost plugins inspect --static downloaded.so\n"
        "  jobhost plugins inspect -c /etc/jobhost/jobhost.yaml images.so");

    CLI::App* begun = plugins->add_subcommand(
        "new", "Begin a plugin: a folder with its source, a test that needs no host, and a build by CMake");
    PluginNewOptions& project = add_verb<PluginNewOptions>(*begun, verb, nullptr, plugins_new).options;
    begun->add_option("name", project.name, "The plugin's name: a to z, 0 to 9 and _")
        ->required()
        ->type_name("NAME");
    begun
        ->add_option(
            "--folder", project.folder,
            "Where to write it: a folder that is empty or not there yet; without this one called NAME")
        ->type_name("DIR");
    begun->footer(
        "Examples:\n"
        "  jobhost plugins new images\n"
        "  jobhost plugins new images --folder ~/src/images-plugin");
    add_operations_on_plugins(*plugins, verb);
}

}  // namespace jobhost::host::parse
