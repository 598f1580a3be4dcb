#include "host/command_line/types_here.hpp"

#include "host/daemon/served.hpp"
#include "host/daemon/worker_options.hpp"
#include "host/observe/printable.hpp"

#include <iostream>

namespace jobhost::host {

TypesHere::TypesHere(const config::Configuration& configuration, storage::ServerStore* servers)
    : configuration_{configuration}, servers_{servers}, types_{[](const auto& type, const auto& why) {
          std::cerr << "warning: " << type << ": " << printable(why) << "; its arguments are not checked\n";
      }} {}

std::optional<int> TypesHere::payload_version(const std::string& type) {
    read_registry();
    if (!types_.contains(type)) read_folder();
    return types_.payload_version(type);
}

std::vector<std::string> TypesHere::problems_of(const std::string& type, std::string_view arguments) {
    if (!payload_version(type)) return {};
    return types_.problems_of(type, arguments);
}

void TypesHere::read_registry() {
    if (has_registry_ || servers_ == nullptr) return;
    has_registry_ = true;
    for (const storage::ServedType& served : servers_->served_types())
        types_.add(served);
}

// What servers run already is not looked up here: the folder may hold what none of them has loaded yet.
void TypesHere::read_folder() {
    if (has_folder_) return;
    has_folder_ = true;
    const config::PluginSettings& plugins = configuration_.settings.plugins;
    const Catalog catalog =
        Catalog::scan(plugins.folder, Trust{plugins.trust}, worker_options(configuration_));
    std::vector<storage::ServedType> found = served_types_of(catalog.types());
    std::erase_if(found, [this](const auto& served) { return types_.contains(served.type); });
    for (const storage::ServedType& served : found)
        types_.add(served);
    refused_ = catalog.refused();
}

std::string TypesHere::unknown_text(const std::string& type) {
    std::string text = "no plugin has the job type '" + type + "'";
    if (const std::string nearest = types_.nearest(type); !nearest.empty()) return text + nearest;
    // It may be in there all the same.
    if (!refused_.empty())
        return text + "; " + refused_.front().file + " is refused: " + refused_.front().reason + "; " +
               refused_.front().remedy;
    return text + "; put its plugin into " + configuration_.settings.plugins.folder.string() +
           ", or say --allow-unknown-type";
}

}  // namespace jobhost::host
