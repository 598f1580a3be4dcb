// Plugin files that change while the host runs become new generations of their plugins.
#pragma once

#include "host/reload/files_seen.hpp"
#include "host/reload/folder_watch.hpp"
#include "host/reload/plugin_generations.hpp"
#include "host/sync/boot_clock.hpp"
#include "host/sync/guarded.hpp"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace jobhost::host {

// One thread at a time.
class PluginReload {
public:
    // Images are kept in `image_folder`. References outlive this.
    PluginReload(std::filesystem::path folder, std::filesystem::path image_folder, const Trust& trust,
                 WorkerOptions options, FolderWatch& watch, const BootClock& clock)
        : folder_{std::move(folder)},
          trust_{trust},
          generations_{trust, std::move(options), ImageStore{std::move(image_folder), trust}},
          watch_{watch},
          clock_{clock} {}

    // Loads what lies there; in place of a file that cannot be used, or was rolled back, what was live of it
    // last. Blocks; throws std::system_error if no worker can be started at all.
    void start();
    const Catalog& catalog() const noexcept { return generations_.catalog(); }

    // Looks whether files have come or changed; those that are quiet are checked, probed, and go into the
    // catalog. Only contents that differ count. What is refused changes nothing and is logged once; what is
    // gone goes on as it is. A file that is refused is tried again, too, when what its trust rests on
    // changes. How long until it is worth looking again; at most half a second. Blocks for a probe; throws
    // std::system_error if no worker can be started; then the next call tries again.
    Duration run_once();

    // Any thread: this generation is worse than the one before it, which run_once() puts in its place, as a
    // new one. The file is not tried again until it changes.
    void roll_back(std::uint64_t generation);

    // Any thread: no job is left that only this earlier generation can run, so run_once() lets it go.
    void let_go(std::uint64_t generation);

    // Called when there is a new generation of a plugin, or one less, or another file is refused.
    std::function<void(const Catalog&)> changed = [](const Catalog&) {};

    // What people ask for. `name` is that of a plugin or of a file; empty: of all there are.

    // What is known of a file in the folder.
    struct FileStatus {
        std::string file;
        std::shared_ptr<const LoadedPlugin> plugin;  // runs of it, or in its place; null: none
        std::string reason;                          // why it is refused; empty: it is not
        std::string remedy;
        bool is_read = false;  // else it has yet to be quiet
    };
    std::vector<FileStatus> files(const std::string& name) const;
    // The next run_once() reads these files again, also those that were refused or rolled back.
    void try_again(const std::string& name);
    // The version before takes over, as a new generation, which it returns. Blocks; throws PluginRefused.
    std::shared_ptr<const LoadedPlugin> roll_back(const std::string& name);
    // A plugin whose file is gone is not run any more, and forgotten. Throws PluginRefused.
    void remove(const std::string& name);

private:
    struct File {
        FileMark mark{};
        std::vector<std::optional<FileMark>> grounds;  // of what else decides whether it may run
        BootTime quiet_since{};
        std::optional<BootTime> due;  // nothing: it has been read
        std::string digest;           // of what was read last
        bool has_changed = false;     // since then
        std::string plugin;           // the name of the one that runs of it, or in its place
        std::string reason;           // why it is refused
        std::string remedy;
        bool is_told = false;  // the reason has been logged, since the file was changed last
    };

    void begin_with(const std::filesystem::path& path, File& file);
    bool see_files(BootTime now);
    void see(const std::filesystem::path& path, BootTime now);
    bool take_grounds(const std::filesystem::path& path, File& file) const;
    static void look_again(File& file, BootTime now);
    void read(const std::filesystem::path& path, File& file, BootTime now);
    bool holds(const std::string& file, const LoadedPlugin& plugin) const;
    std::shared_ptr<const LoadedPlugin> load(const std::filesystem::path& path, File& file,
                                             PluginImage image);
    void refuse(const std::filesystem::path& path, File& file, const PluginRefused& refusal) const;
    void tell_windows_files(const std::vector<std::string>& names);
    void roll_back_what_is_worse();
    void let_go_what_is_unneeded();
    std::shared_ptr<const LoadedPlugin> put_back(const std::string& name);
    std::vector<RefusedPlugin> refused() const;
    void tell();

    const std::filesystem::path folder_;
    const Trust trust_;
    PluginGenerations generations_;
    FolderWatch& watch_;
    const BootClock& clock_;
    Guarded<std::set<std::uint64_t>> worse_;
    Guarded<std::set<std::uint64_t>> unneeded_;
    std::map<std::filesystem::path, File> files_;
    std::set<std::string> windows_files_;  // as they were logged
    std::string folder_problem_;           // as it was logged
    std::string folder_remedy_;
    BootTime next_look_{};
};

}  // namespace jobhost::host
