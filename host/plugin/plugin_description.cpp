#include "host/plugin/plugin_description.hpp"

#include "host/worker/protocol.hpp"

namespace jobhost::host {

std::optional<std::size_t> PluginDescription::find(std::string_view full_name) const {
    for (std::size_t i = 0; i < types.size(); ++i)
        if (types[i].full_name == full_name) return i;
    return std::nullopt;
}

PluginDescription describe(worker::ReadyMessage ready) {
    PluginDescription plugin{std::move(ready.name), std::move(ready.version), {}, ready.has_filters};
    for (worker::TypeMessage& type : ready.types) {
        JobTypeDescription& known = plugin.types.emplace_back();
        known.full_name = plugin.name + "." + type.name;
        known.name = std::move(type.name);
        known.description = std::move(type.description);
        known.arguments_schema = std::move(type.arguments_schema);
        known.result_schema = std::move(type.result_schema);
        known.flags = type.flags;
        known.payload_version = type.payload_version;
        known.accepts_from = type.accepts_from;
        if (type.default_timeout > 0) known.default_timeout = Duration{type.default_timeout};
    }
    return plugin;
}

}  // namespace jobhost::host
