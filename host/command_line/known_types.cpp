#include "host/command_line/known_types.hpp"

#include "config/nearest_name.hpp"

#include <algorithm>

namespace jobhost::host {

std::optional<int> KnownTypes::payload_version(const std::string& type) {
    read_registry();
    if (!versions_.contains(type)) read_folder();
    const auto found = versions_.find(type);
    if (found == versions_.end()) return std::nullopt;
    return found->second;
}

// Several servers may run different versions of a plugin: the lowest is understood by the most of them.
void KnownTypes::read_registry() {
    if (has_registry_ || servers_ == nullptr) return;
    has_registry_ = true;
    for (const storage::ServedType& served : servers_->served_types()) {
        if (served.plugin_version.empty()) continue;  // new jobs are not written like that any more
        const auto [at, is_new] = versions_.emplace(served.type, served.payload_version);
        if (!is_new) at->second = std::min(at->second, served.payload_version);
    }
}

void KnownTypes::read_folder() {
    if (has_folder_) return;
    has_folder_ = true;
    const config::PluginSettings& plugins = configuration_.settings.plugins;
    const WorkerOptions options{.working_directory = configuration_.folder,
                                .start_timeout = plugins.start_timeout};
    const Catalog catalog = Catalog::scan(plugins.folder, options);
    for (const LoadedPlugin& plugin : catalog.plugins())
        for (const JobTypeDescription& type : plugin.description.types)
            versions_.emplace(type.full_name, static_cast<int>(type.payload_version));
    refused_ = catalog.refused();
}

std::string KnownTypes::unknown_text(const std::string& type) {
    std::vector<std::string_view> names;
    for (const auto& [name, version] : versions_)
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
