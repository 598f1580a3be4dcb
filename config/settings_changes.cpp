#include "config/settings_changes.hpp"

namespace jobhost::config {

std::vector<std::string> settings_that_need_a_restart(const Settings& before, const Settings& now) {
    std::vector<std::string> names;
    const auto compare = [&](const char* name, const auto& one, const auto& other) {
        if (!(one == other)) names.emplace_back(name);
    };
    compare("server.name", before.server.name, now.server.name);
    compare("server.application", before.server.application, now.server.application);
    compare("server.workers", before.server.workers, now.server.workers);
    compare("server.state_folder", before.server.state_folder, now.server.state_folder);
    compare("server.stop_timeout", before.server.stop_timeout, now.server.stop_timeout);
    compare("storage.url", before.storage.url, now.storage.url);
    compare("storage.schema", before.storage.schema, now.storage.schema);
    compare("storage.timeout", before.storage.timeout, now.storage.timeout);
    compare("plugins.folder", before.plugins.folder, now.plugins.folder);
    compare("plugins.start_timeout", before.plugins.start_timeout, now.plugins.start_timeout);
    compare("plugins.drain_timeout", before.plugins.drain_timeout, now.plugins.drain_timeout);
    compare("plugins.isolation", before.plugins.hosting.isolation, now.plugins.hosting.isolation);
    compare("plugins.limits", before.plugins.hosting.limits, now.plugins.hosting.limits);
    compare("plugins.sandbox", before.plugins.hosting.sandbox, now.plugins.hosting.sandbox);
    compare("plugins.recycle", before.plugins.hosting.recycle, now.plugins.hosting.recycle);
    compare("plugins.overrides", before.plugins.overrides, now.plugins.overrides);
    compare("plugins.trust", before.plugins.trust, now.plugins.trust);
    compare("queues", before.queues, now.queues);
    compare("log.level", before.log.level, now.log.level);
    compare("log.format", before.log.format, now.log.format);
    return names;
}

}  // namespace jobhost::config
