#include "host/command_line/known_types.hpp"

#include "config/nearest_name.hpp"
#include "host/observe/printable.hpp"

#include <algorithm>
#include <iostream>
#include <stdexcept>

namespace jobhost::host {

std::optional<int> KnownTypes::payload_version(const std::string& type) {
    read_registry();
    if (!types_.contains(type)) read_folder();
    const auto found = types_.find(type);
    if (found == types_.end()) return std::nullopt;
    return found->second.payload_version;
}

std::vector<std::string> KnownTypes::problems_of(const std::string& type, std::string_view arguments) {
    std::vector<std::string> problems;
    if (!payload_version(type)) return problems;
    for (const ArgumentsSchema& schema : schemas_of(type, types_.at(type))) {
        problems = schema.problems_of(arguments);
        if (problems.empty()) break;
    }
    return problems;
}

// Of one that cannot be used it is said once that nothing was checked; the job's own code checks in any case.
const std::vector<ArgumentsSchema>& KnownTypes::schemas_of(const std::string& type, Known& known) {
    if (known.read_schemas) return *known.read_schemas;
    known.read_schemas.emplace();
    if (std::find(known.schemas.begin(), known.schemas.end(), "") != known.schemas.end())
        return *known.read_schemas;
    for (const std::string& schema : known.schemas) {
        try {
            known.read_schemas->emplace_back(schema);
        } catch (const std::invalid_argument& error) {
            std::cerr << "warning: " << type << ": " << printable(error.what())
                      << "; its arguments are not checked\n";
            known.read_schemas->clear();
            break;
        }
    }
    return *known.read_schemas;
}

// Several servers may run different versions of a plugin: the lowest is understood by the most of them.
void KnownTypes::add(const std::string& type, int payload_version, const std::string& schema) {
    const auto [at, is_new] = types_.try_emplace(type, Known{payload_version, {}, {}});
    Known& known = at->second;
    if (payload_version > known.payload_version) return;
    if (payload_version < known.payload_version) known.schemas.clear();
    known.payload_version = payload_version;
    known.schemas.push_back(schema);
}

void KnownTypes::read_registry() {
    if (has_registry_ || servers_ == nullptr) return;
    has_registry_ = true;
    for (const storage::ServedType& served : servers_->served_types()) {
        if (served.plugin_version.empty()) continue;  // new jobs are not written like that any more
        add(served.type, served.payload_version, served.arguments_schema);
    }
}

// What servers run already is not looked up here: the folder may hold what none of them has loaded yet.
void KnownTypes::read_folder() {
    if (has_folder_) return;
    has_folder_ = true;
    const config::PluginSettings& plugins = configuration_.settings.plugins;
    const WorkerOptions options{.working_directory = configuration_.folder,
                                .start_timeout = plugins.start_timeout};
    const Catalog catalog = Catalog::scan(plugins.folder, options);
    for (const LoadedPlugin& plugin : catalog.plugins())
        for (const JobTypeDescription& type : plugin.description.types)
            if (!types_.contains(type.full_name))
                add(type.full_name, static_cast<int>(type.payload_version), type.arguments_schema);
    refused_ = catalog.refused();
}

std::string KnownTypes::unknown_text(const std::string& type) {
    std::vector<std::string_view> names;
    for (const auto& [name, known] : types_)
        names.push_back(name);
    std::string text = "no plugin has the job type '" + type + "'";
    if (const auto nearest = config::nearest_name(type, names))
        return text + "; did you mean '" + std::string{*nearest} + "'?";
    // It may be in there all the same.
    if (!refused_.empty())
        return text + "; " + refused_.front().file + " is refused: " + refused_.front().reason + "; " +
               refused_.front().remedy;
    return text + "; put its plugin into " + configuration_.settings.plugins.folder.string() +
           ", or say --allow-unknown-type";
}

}  // namespace jobhost::host
