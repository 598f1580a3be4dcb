#include "host/daemon/served.hpp"

namespace jobhost::host {

Served served_by(const config::Settings& settings, const Catalog& catalog) {
    Served served{settings.queues, {}};
    for (const LoadedPlugin& plugin : catalog.plugins())
        for (const JobTypeDescription& type : plugin.description.types)
            served.types[type.full_name] = static_cast<int>(type.payload_version);
    return served;
}

std::vector<storage::ServedType> served_types_of(const Catalog& catalog) {
    std::vector<storage::ServedType> types;
    for (const LoadedPlugin& plugin : catalog.plugins())
        for (const JobTypeDescription& type : plugin.description.types)
            types.push_back({.type = type.full_name,
                             .payload_version = static_cast<int>(type.payload_version),
                             .plugin_version = plugin.description.version,
                             .digest = plugin.image->digest(),
                             .arguments_schema = type.arguments_schema,
                             .description = type.description});
    return types;
}

}  // namespace jobhost::host
