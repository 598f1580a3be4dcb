#include "host/command_line/parse/options.hpp"

namespace jobhost::host::parse {

void add_plugins(CLI::App& app, Verb& verb) {
    CLI::App* plugins =
        app.add_subcommand("plugins", "Look at plugins, those of the folder and others; begin a new one")
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
}

}  // namespace jobhost::host::parse
