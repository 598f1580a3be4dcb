#include "host/daemon/served.hpp"

#include <jobhost/plugin.h>

#include <algorithm>
#include <map>
#include <set>

namespace jobhost::host {

std::set<QueueName> paused_queues(storage::OperationStore& operations) {
    std::set<QueueName> paused;
    for (storage::QueueState& queue : operations.queues())
        if (queue.paused_at) paused.insert(std::move(queue.name));
    return paused;
}

namespace {

storage::ServedType newest(const JobTypeDescription& type, const LoadedPlugin& plugin) {
    return {.type = type.full_name,
            .payload_version = static_cast<int>(type.payload_version),
            .plugin_version = plugin.description.version,
            .digest = plugin.image->digest(),
            .arguments_schema = type.arguments_schema,
            .description = type.description,
            .is_privileged = (type.flags & JOBHOST_JOB_PRIVILEGED) != 0};
}

}  // namespace

Served served_by(const config::Settings& settings, std::span<const FoundType> types) {
    Served served;
    for (const config::QueueSettings& queue : settings.queues)
        served.queues.push_back({queue.name, queue.weight, queue.workers});
    for (const FoundType& type : types) {
        const std::string& name = type.description().full_name;
        served.types.try_emplace(name, static_cast<int>(type.description().payload_version));
        for (const int version : type.payload_versions)
            if (version != served.types.at(name)) served.others.insert({name, version});
    }
    return served;
}

std::vector<storage::ServedType> served_types_of(std::span<const FoundType> types) {
    std::vector<storage::ServedType> served;
    std::set<std::string> met;
    for (const FoundType& type : types) {
        const JobTypeDescription& its = type.description();
        const bool is_latest = met.insert(its.full_name).second;
        for (const int version : type.payload_versions)
            served.push_back(is_latest && version == static_cast<int>(its.payload_version)
                                 ? newest(its, *type.plugin)
                                 : storage::ServedType{
                                       .type = its.full_name, .payload_version = version, .is_older = true});
    }
    return served;
}

LastJobs::Needs needs_of(std::span<const FoundType> types) {
    std::map<std::string, std::uint64_t> latest;  // by plugin
    for (const FoundType& type : types) {
        std::uint64_t& generation = latest[type.plugin->description.name];
        generation = std::max(generation, type.plugin->generation);
    }
    LastJobs::Needs needs;
    for (const FoundType& type : types)
        if (type.plugin->generation != latest.at(type.plugin->description.name))
            for (const int version : type.payload_versions)
                needs[type.plugin->generation].insert({type.description().full_name, version});
    return needs;
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
