#include "host/daemon/served.hpp"

namespace jobhost::host {

std::set<QueueName> paused_queues(storage::OperationStore& operations) {
    std::set<QueueName> paused;
    for (storage::QueueState& queue : operations.queues())
        if (queue.paused_at) paused.insert(std::move(queue.name));
    return paused;
}

Served served_by(const config::Settings& settings, const Catalog& catalog) {
    Served served;
    for (const config::QueueSettings& queue : settings.queues)
        served.queues.push_back({queue.name, queue.weight, queue.workers});
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
