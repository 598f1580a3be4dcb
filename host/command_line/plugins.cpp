#include "host/command_line/served_plugins.hpp"
#include "host/command_line/text.hpp"
#include "host/daemon/worker_options.hpp"
#include "host/observe/printable.hpp"
#include "host/plugin/catalog.hpp"
#include "host/plugin/plugin_refused.hpp"
#include "host/plugin/probe.hpp"
#include "storage/model/time_text.hpp"

#include <boost/json.hpp>

#include <array>
#include <iostream>
#include <set>

namespace jobhost::host {

namespace {

namespace json = boost::json;

constexpr std::size_t kShortDigest = 12;
constexpr const char* kForWindows = "not loaded: it is for Windows; build it here, as a .so";

std::string compiler_of(const jobhost_abi_tag& tag) {
    constexpr std::array<const char*, 6> kNames{"C", "g++", "clang", "MSVC", "Rust", "Zig"};
    return tag.compiler < kNames.size() ? kNames.at(tag.compiler) : "unknown";
}

std::string flags_of(const JobTypeDescription& type) {
    constexpr std::array<std::pair<std::uint32_t, const char*>, 4> kNames{
        {{JOBHOST_JOB_IDEMPOTENT, "idempotent"},
         {JOBHOST_JOB_IN_PROCESS_OK, "in_process_ok"},
         {JOBHOST_JOB_CHECKPOINTS, "checkpoints"},
         {JOBHOST_JOB_PRIVILEGED, "privileged"}}};
    std::string text;
    for (const auto& [bit, name] : kNames)
        if ((type.flags & bit) != 0) text += (text.empty() ? "" : ", ") + std::string{name};
    return text;
}

json::object to_json(const JobTypeDescription& type) {
    json::object object{{"type", type.full_name},
                        {"description", type.description},
                        {"payload_version", type.payload_version},
                        {"accepts_from", type.accepts_from},
                        {"flags", flags_of(type)}};
    if (type.default_timeout) object["default_timeout"] = to_text(*type.default_timeout);
    const auto add_schema = [&](const char* name, const std::string& text) {
        boost::system::error_code error;
        if (!text.empty()) object[name] = json::parse(text, error);
    };
    add_schema("arguments_schema", type.arguments_schema);
    add_schema("result_schema", type.result_schema);
    return object;
}

json::object to_json(const PluginImage& image) {
    const ElfReport& report = image.report();
    json::array needed(report.needed.begin(), report.needed.end());
    json::array advice(report.advice.begin(), report.advice.end());
    return {{"size", image.size()},
            {"digest", image.digest()},
            {"abi", std::to_string(report.tag.abi_major) + "." + std::to_string(report.tag.abi_minor)},
            {"compiler", compiler_of(report.tag)},
            {"needed", std::move(needed)},
            {"advice", std::move(advice)}};
}

void add_description(json::object& object, const PluginDescription& plugin) {
    json::array types;
    for (const JobTypeDescription& type : plugin.types)
        types.push_back(to_json(type));
    object["name"] = plugin.name;
    object["version"] = plugin.version;
    object["types"] = std::move(types);
    object["has_filters"] = plugin.has_filters;
}

// The command that signs it, so that hosts with the policy signature take it.
std::string signing(const PluginInspectOptions& options, const PluginImage& image,
                    const PluginDescription& plugin) {
    return "minisign -S -t '" + comment_to_sign({plugin.name, plugin.version}, image.digest()) + "' -m " +
           options.file.string();
}

void print(const PluginImage& image) {
    const ElfReport& report = image.report();
    std::cout << "size:     " << image.size() << " bytes\n"
              << "digest:   sha256 " << image.digest() << '\n'
              << "abi:      " << report.tag.abi_major << '.' << report.tag.abi_minor << ", "
              << compiler_of(report.tag) << '\n';
    for (const std::string& library : report.needed)
        std::cout << "needs:    " << printable(library) << '\n';
    for (const std::string& advice : report.advice)
        std::cout << "advice:   " << printable(advice) << '\n';
}

void print(const PluginDescription& plugin) {
    std::cout << "plugin:   " << printable(plugin.name) << ' ' << printable(plugin.version) << '\n';
    for (const JobTypeDescription& type : plugin.types) {
        std::cout << "job type: " << printable(type.full_name);
        if (!type.description.empty()) std::cout << ": " << printable(type.description);
        std::cout << "\n          payload version " << type.payload_version;
        if (type.accepts_from < type.payload_version) std::cout << ", takes those from " << type.accepts_from;
        if (type.default_timeout) std::cout << ", timeout " << to_text(*type.default_timeout);
        if (const std::string flags = flags_of(type); !flags.empty()) std::cout << ", " << flags;
        std::cout << '\n';
    }
    if (plugin.has_filters) std::cout << "filters:  called before and after each run\n";
}

// Files that are not in this folder.
void add_others(json::array& array, const std::vector<ServerPlugins>& servers,
                const std::set<std::string>& here) {
    std::set<std::string> others;
    for (const ServerPlugins& server : servers)
        for (const storage::ServedPlugin& plugin : server.plugins)
            if (!here.contains(plugin.file)) others.insert(plugin.file);
    for (const std::string& file : others)
        array.push_back(
            json::object{{"file", file}, {"is_here", false}, {"servers", states_of(servers, file)}});
}

}  // namespace

int plugins_list(const GlobalOptions& global) {
    const auto opened = open(global);
    const config::PluginSettings& settings = opened->configuration.settings.plugins;
    const Catalog catalog =
        Catalog::scan(settings.folder, Trust{settings.trust}, worker_options(opened->configuration));
    const std::vector<ServerPlugins> servers = served_plugins(*opened);
    std::set<std::string> here;
    json::array array;
    std::vector<std::vector<std::string>> rows{{"FILE", "PLUGIN", "VERSION", "DIGEST", "JOB TYPES", ""}};
    for (const auto& plugin : catalog.plugins()) {
        const std::string& digest = plugin->image->digest();
        std::string types;
        for (const JobTypeDescription& type : plugin->description.types)
            types += (types.empty() ? "" : ", ") + type.name;
        const std::string live = live_text(servers, digest);
        rows.push_back({printable(plugin->file), printable(plugin->description.name),
                        printable(plugin->description.version), digest.substr(0, kShortDigest),
                        printable(types), live});
        json::object object = to_json(*plugin->image);
        object["file"] = plugin->file;
        object["is_here"] = true;
        object["is_live"] = live.starts_with("live");
        object["servers"] = states_of(servers, plugin->file);
        add_description(object, plugin->description);
        array.push_back(std::move(object));
        here.insert(plugin->file);
    }
    for (const RefusedPlugin& refused : catalog.refused()) {
        rows.push_back({printable(refused.file), "-", "-", "-", "-",
                        "refused: " + printable(refused.reason) + "; " + printable(refused.remedy)});
        array.push_back(json::object{{"file", refused.file},
                                     {"refused", refused.reason},
                                     {"remedy", refused.remedy},
                                     {"is_here", true},
                                     {"servers", states_of(servers, refused.file)}});
        here.insert(refused.file);
    }
    for (const std::string& file : catalog.windows_files()) {
        rows.push_back({printable(file), "-", "-", "-", "-", kForWindows});
        array.push_back(json::object{{"file", file}, {"ignored", kForWindows}, {"is_here", true}});
    }
    add_others(array, servers, here);
    if (global.json) {
        std::cout << array << '\n';
        return kDone;
    }
    if (rows.size() == 1)
        std::cout << "there is no plugin in " << printable(settings.folder.string()) << '\n';
    else
        print_table(std::cout, rows);
    if (servers.empty()) return kDone;
    std::cout << '\n';
    print_table(std::cout, rows_of(servers));
    return kDone;
}

int plugins_inspect(const GlobalOptions& global, const PluginInspectOptions& options) {
    json::object object{{"file", options.file.string()}};
    try {
        config::TrustSettings settings;
        if (options.has_host_file) settings = load_settings(global).plugins.trust;
        const Trust trust{settings};
        settings.policy = config::TrustPolicy::owner;  // so that what is refused is shown, too
        const PluginImage image = PluginImage::open(options.file, Trust{settings});
        if (global.json)
            object = to_json(image);
        else
            print(image);
        const PluginImage trusted = PluginImage::open(options.file, trust);
        if (!options.is_static) {
            const PluginDescription plugin = probe(trusted, {});
            if (global.json)
                add_description(object, plugin);
            else
                print(plugin);
            trust.check_identity({plugin.name, plugin.version}, trusted.signed_as());
            if (global.json)
                object["signing"] = signing(options, trusted, plugin);
            else
                std::cout << "signing:  " << printable(signing(options, trusted, plugin)) << '\n';
        }
    } catch (const PluginRefused& refusal) {
        if (!global.json)
            throw CommandError{kFailed, "refused:  " + refusal.reason() + "; " + refusal.remedy()};
        object["refused"] = refusal.reason();
        object["remedy"] = refusal.remedy();
        std::cout << object << '\n';
        return kFailed;
    }
    if (global.json) std::cout << object << '\n';
    return kDone;
}

}  // namespace jobhost::host
