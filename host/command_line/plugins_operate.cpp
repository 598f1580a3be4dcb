#include "host/command_line/asked_servers.hpp"
#include "host/observe/printable.hpp"
#include "host/reload/plugin_verbs.hpp"
#include "storage/model/time_text.hpp"

#include <iostream>

namespace jobhost::host {

namespace {

namespace json = boost::json;

// Of what a host has answered, which may be of another version.
std::string text_in(const json::object& object, const char* key) {
    const json::value* const value = object.if_contains(key);
    if (value == nullptr) return "";
    return printable(value->is_string() ? json::value_to<std::string>(*value) : json::serialize(*value));
}

std::string refusal_in(const json::object& object) {
    const std::string remedy = text_in(object, "remedy");
    return text_in(object, "reason") + (remedy.empty() ? "" : "; " + remedy);
}

std::string version_in(const json::object& plugin) {
    return text_in(plugin, "plugin") + " " + text_in(plugin, "version");
}

std::string with_generation(const json::object& plugin) {
    return version_in(plugin) + " (generation " + text_in(plugin, "generation") + ")";
}

// What became of a file.
void tell_file(std::ostream& out, const json::object& file) {
    const std::string state = text_in(file, "state");
    if (state == "refused") {
        out << text_in(file, "file") << " is refused: " << refusal_in(file);
        if (file.contains("plugin")) out << "; " << with_generation(file) << " goes on";
    } else if (state == "unread") {
        out << text_in(file, "file") << " is still being written; it is read when it is quiet";
    } else {
        out << with_generation(file) << " from " << text_in(file, "file");
        out << (state == "live" ? " is live"
                : state == "same"
                    ? " is the same"
                    : " is loaded, and is live as soon as a worker of it is ready, and no more than "
                      "three versions before it drain");
    }
    out << '\n';
}

using Tell = void (*)(const std::string& server, const json::object& answer);

void tell_reloaded(const std::string& server, const json::object& answer) {
    const json::value* const files = answer.if_contains("plugins");
    if (files == nullptr || !files->is_array() || files->get_array().empty()) {
        std::cout << server << ": there is no file in the plugin folder\n";
        return;
    }
    for (const json::value& file : files->get_array()) {
        if (!file.is_object()) continue;
        std::cout << server << ": ";
        tell_file(std::cout, file.get_object());
    }
}

void tell_rolled_back(const std::string& server, const json::object& answer) {
    const json::value* const replaced = answer.if_contains("replaced");
    std::cout << server << ": " << with_generation(answer)
              << (text_in(answer, "state") == "live" ? " is live" : " is loaded, and is live soon");
    if (replaced != nullptr && replaced->is_object())
        std::cout << " in place of " << text_in(replaced->get_object(), "version")
                  << ", which is not tried again until its file changes";
    std::cout << '\n';
}

void tell_removed(const std::string& server, const json::object& answer) {
    std::cout << server << ": " << text_in(answer, "plugin")
              << " is removed; jobs of its types wait until it comes again\n";
}

bool is_all_used(const json::object& answer) {
    const json::value* const files = answer.if_contains("plugins");
    if (files == nullptr || !files->is_array()) return true;
    for (const json::value& file : files->get_array()) {
        const std::string state = file.is_object() ? text_in(file.get_object(), "state") : "";
        if (state == "refused" || state == "unread") return false;
    }
    return true;
}

int operate(const GlobalOptions& global, const PluginOperateOptions& options, std::string_view verb,
            Tell tell) {
    const auto opened = open(global);
    const auto asked =
        ask_servers(*opened, live_servers(*opened, options.servers), verb, options.name, options.timeout);
    bool is_all_well = true;
    json::array array;
    for (const AskedServer& server : asked) {
        json::object shown = server.answer.value_or(json::object{});
        is_all_well = is_all_well && server.is_done && is_all_used(shown);
        if (global.json) {
            shown["server"] = server.name;
            shown["outcome"] = !server.answer ? "no_answer" : server.is_done ? "done" : "refused";
            array.push_back(std::move(shown));
        } else if (!server.answer) {
            std::cerr << printable(server.name) << ": did not answer within " << to_text(options.timeout)
                      << "; if it still runs, its log says why\n";
        } else if (!server.is_done) {
            std::cerr << printable(server.name) << ": refused: " << refusal_in(shown) << '\n';
        } else {
            tell(printable(server.name), shown);
        }
    }
    if (global.json) std::cout << array << '\n';
    return is_all_well ? kDone : kFailed;
}

}  // namespace

int plugins_reload(const GlobalOptions& global, const PluginOperateOptions& options) {
    return operate(global, options, kReloadPlugins, tell_reloaded);
}

int plugins_rollback(const GlobalOptions& global, const PluginOperateOptions& options) {
    return operate(global, options, kRollBackPlugin, tell_rolled_back);
}

int plugins_remove(const GlobalOptions& global, const PluginOperateOptions& options) {
    return operate(global, options, kRemovePlugin, tell_removed);
}

}  // namespace jobhost::host
