#include "host/daemon/served.hpp"

#include <jobhost/plugin.h>

namespace jobhost::host {

std::set<QueueName> paused_queues(storage::OperationStore& operations) {
    std::set<QueueName> paused;
    for (storage::QueueState& queue : operations.queues())
        if (queue.paused_at) paused.insert(std::move(queue.name));
    return paused;
}

namespace {

void add(const JobTypeDescription& type, Served& served) {
    served.types[type.full_name] = static_cast<int>(type.payload_version);
    if (type.accepts_from < type.payload_version)
        served.accepts_from[type.full_name] = static_cast<int>(type.accepts_from);
}

void add(const JobTypeDescription& type, const LoadedPlugin& plugin,
         std::vector<storage::ServedType>& types) {
    for (std::uint32_t older = type.accepts_from; older < type.payload_version; ++older)
        types.push_back(
            {.type = type.full_name, .payload_version = static_cast<int>(older), .is_older = true});
    types.push_back({.type = type.full_name,
                     .payload_version = static_cast<int>(type.payload_version),
                     .plugin_version = plugin.description.version,
                     .digest = plugin.image->digest(),
                     .arguments_schema = type.arguments_schema,
                     .description = type.description,
                     .is_privileged = (type.flags & JOBHOST_JOB_PRIVILEGED) != 0});
}

}  // namespace

Served served_by(const config::Settings& settings, std::span<const FoundType> types) {
    Served served;
    for (const config::QueueSettings& queue : settings.queues)
        served.queues.push_back({queue.name, queue.weight, queue.workers});
    for (const FoundType& type : types)
        add(type.description(), served);
    return served;
}

std::vector<storage::ServedType> served_types_of(std::span<const FoundType> types) {
    std::vector<storage::ServedType> served;
    for (const FoundType& type : types)
        add(type.description(), *type.plugin, served);
    return served;
}

std::vector<storage::ServedPlugin> served_plugins_of(std::span<const Generation> generations,
                                                     std::span<const RefusedPlugin> refused) {
    std::vector<storage::ServedPlugin> served;
    for (const auto& [plugin, state] : generations)
        served.push_back({.plugin = plugin->description.name,
                          .file = plugin->file,
                          .version = plugin->description.version,
                          .digest = plugin->image->digest(),
                          .generation = static_cast<std::int64_t>(plugin->generation),
                          .state = state,
                          .reason = {}});
    for (const RefusedPlugin& each : refused)
        served.push_back({.file = each.file,
                          .state = storage::PluginState::refused,
                          .reason = each.reason + "; " + each.remedy});
    return served;
}

}  // namespace jobhost::host
