// Plugin files that change while the host runs become new generations of their plugins.
#pragma once

#include "host/plugin/catalog.hpp"
#include "host/reload/files_seen.hpp"
#include "host/reload/folder_watch.hpp"
#include "host/sync/boot_clock.hpp"
#include "host/sync/guarded.hpp"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace jobhost::host {

// One thread at a time.
class PluginReload {
public:
    // References outlive this.
    PluginReload(std::filesystem::path folder, Trust trust, WorkerOptions options, FolderWatch& watch,
                 const BootClock& clock)
        : folder_{std::move(folder)},
          trust_{std::move(trust)},
          options_{std::move(options)},
          watch_{watch},
          clock_{clock} {}

    // Loads what lies there. Blocks; throws std::system_error if no worker can be started at all.
    void start();
    const Catalog& catalog() const noexcept { return catalog_; }

    // Looks whether files have come or changed; those that are quiet are checked, probed, and go into the
    // catalog. Only contents that differ count. What is refused changes nothing and is logged once; what is
    // gone goes on as it is. A file that is refused is tried again, too, when what its trust rests on
    // changes. How long until it is worth looking again; at most half a second. Blocks for a probe; throws
    // std::system_error if no worker can be started; then the next call tries again.
    Duration run_once();

    // Any thread: this generation is worse than the one before it, which run_once() puts in its place, as a
    // new one. The file is not tried again until it changes.
    void roll_back(std::uint64_t generation);

    // Called when there is a new generation of a plugin.
    std::function<void(const Catalog&)> changed = [](const Catalog&) {};

private:
    struct File {
        FileMark mark{};
        std::vector<std::optional<FileMark>> grounds;  // of what else decides whether it may run
        BootTime quiet_since{};
        std::optional<BootTime> due;  // nothing: it has been read
        std::string digest;           // of what was read last
        bool is_refused = false;
        std::string problem;  // why it was refused, if that has been logged
    };

    bool see_files(BootTime now);
    void see(const std::filesystem::path& path, BootTime now);
    bool take_grounds(const std::filesystem::path& path, File& file) const;
    static void try_again(File& file, BootTime now);
    void read(const std::filesystem::path& path, File& file, BootTime now);
    void load(const std::filesystem::path& path, PluginImage image);
    void roll_back_what_is_worse();
    void publish(const std::shared_ptr<const LoadedPlugin>& plugin);
    void know_refused(const RefusedPlugin& refused);

    const std::filesystem::path folder_;
    const Trust trust_;
    const WorkerOptions options_;
    FolderWatch& watch_;
    const BootClock& clock_;
    Catalog catalog_;
    std::uint64_t generation_ = 0;                                         // the last one
    std::map<std::string, std::shared_ptr<const LoadedPlugin>> previous_;  // by name: what was replaced last
    Guarded<std::set<std::uint64_t>> worse_;
    std::map<std::filesystem::path, File> files_;
    std::string folder_problem_;  // as it was logged
    BootTime next_look_{};
};

}  // namespace jobhost::host
