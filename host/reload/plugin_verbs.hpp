// What people ask of the plugins of a running host: to look again, to put a version back, to let one go.
#pragma once

#include "host/reload/plugin_reload.hpp"
#include "storage/server_command_store.hpp"
#include "storage/server_store.hpp"

#include <functional>
#include <list>
#include <optional>
#include <string_view>
#include <vector>

namespace jobhost::host {

inline constexpr std::string_view kReloadPlugins = "plugins.reload";  // argument: a name, or nothing for all
inline constexpr std::string_view kRollBackPlugin = "plugins.rollback";  // argument: a name
inline constexpr std::string_view kRemovePlugin = "plugins.remove";      // argument: a name

// run_once() is for one thread, the others for any.
class PluginVerbs {
public:
    using Answered = std::function<void(storage::ServerCommandId, storage::ServerAnswer)>;

    // References outlive this.
    PluginVerbs(PluginReload& plugins, const BootClock& clock, Answered answered)
        : plugins_{plugins}, clock_{clock}, answered_{std::move(answered)} {}

    static bool knows(std::string_view verb);

    // The next run_once() takes it up.
    void ask(storage::ServerCommand command);
    // What this host has of plugins by now, as a new generation is live only when a worker of it is ready.
    void set_served(std::vector<storage::ServedPlugin> plugins);

    // Does what was asked, and a step of the plugins (PluginReload::run_once); answers what is done. How long
    // until it is worth calling again. Throws what that throws.
    Duration run_once();

private:
    // The answer, once there is one. `is_late`: say what has become of it by now.
    using Progress = std::function<std::optional<storage::ServerAnswer>(bool is_late)>;
    struct Pending {
        storage::ServerCommandId id;
        BootTime deadline;
        Progress progress;
    };

    void take_up(const storage::ServerCommand& command);
    Progress begin(const storage::ServerRequest& request);
    Progress reload(const std::string& name);
    Progress roll_back(const std::string& name);
    Progress remove(const std::string& name);
    bool is_live(std::uint64_t generation);
    bool runs(const std::string& name);

    PluginReload& plugins_;
    const BootClock& clock_;
    const Answered answered_;
    Guarded<std::vector<storage::ServerCommand>> asked_;
    Guarded<std::vector<storage::ServedPlugin>> served_;
    std::list<Pending> pending_;
};

}  // namespace jobhost::host
