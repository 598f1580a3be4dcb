// The plugins of a folder.
#pragma once

#include "host/plugin/image.hpp"
#include "host/plugin/plugin_description.hpp"
#include "host/plugin/spawn.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace jobhost::host {

struct LoadedPlugin {
    PluginDescription description;
    std::shared_ptr<const PluginImage> image;  // shared by the catalog and the pools that start workers of it
    std::string file;                          // its name in the folder: "images.so"
    std::uint64_t generation = 0;              // no two loads of a host have the same
    std::uint64_t in_place_of = 0;             // the generation that was rolled back for it; 0: none
};

struct RefusedPlugin {
    std::string file;  // or the folder itself
    std::string reason;
    std::string remedy;

    friend bool operator==(const RefusedPlugin&, const RefusedPlugin&) = default;
};

// Probes what was read of `file`, and asks `trust` about its name and version. Blocks; throws PluginRefused,
// and std::system_error if no worker can be started at all.
std::shared_ptr<const LoadedPlugin> load_plugin(const std::filesystem::path& file, PluginImage image,
                                                const Trust& trust, const WorkerOptions& options,
                                                std::uint64_t generation);

struct FoundType {
    std::shared_ptr<const LoadedPlugin> plugin;
    std::size_t type = 0;                 // place in plugin->description.types
    std::set<int> payload_versions = {};  // that it runs: those that it takes, and no later generation

    const JobTypeDescription& description() const { return plugin->description.types.at(type); }
};

// A value.
class Catalog {
public:
    // The plugins of a type are those that are found first.
    using Plugins = std::vector<std::shared_ptr<const LoadedPlugin>>;

    // Loads every *.so of `folder` that is trusted, in the order of their names. Sub-folders are not looked
    // at. Files that cannot be used are listed with the reason and stop nothing. Generations are numbered
    // from `first_generation`. Blocks; throws std::system_error only if no worker can be started at all.
    static Catalog scan(const std::filesystem::path& folder, const Trust& trust, const WorkerOptions& options,
                        std::uint64_t first_generation = 1);

    // One more, or a later generation of one. Earlier ones stay as long as they take what no later one does:
    // a type, or a payload version of one.
    void add(std::shared_ptr<const LoadedPlugin> plugin);
    // The earliest generation of a plugin that is there.
    void add_earlier(std::shared_ptr<const LoadedPlugin> plugin);
    // All generations of that name.
    void remove(std::string_view name);
    // That one alone.
    void remove(const LoadedPlugin& plugin);
    void set_refused(std::vector<RefusedPlugin> refused) { refused_ = std::move(refused); }

    const Plugins& plugins() const noexcept { return plugins_; }
    const std::vector<RefusedPlugin>& refused() const noexcept { return refused_; }
    // Of those that scan() has met, by name.
    const std::vector<std::string>& windows_files() const noexcept { return windows_files_; }
    // The latest generation of that name, or null.
    std::shared_ptr<const LoadedPlugin> named(std::string_view name) const;
    // Those before that one, the latest first.
    Plugins earlier(std::string_view name) const;
    // By full name: "images.resize"; as the latest generation that has it runs it.
    std::optional<FoundType> find(std::string_view full_name) const;
    // All types, some of them several times: by an earlier generation, too, for the payload versions that are
    // left to it. Later ones come first.
    std::vector<FoundType> types() const;

private:
    void drop_what_has_nothing_left(const std::string& name);

    Plugins plugins_;  // later generations before earlier ones of the same name
    std::vector<RefusedPlugin> refused_;
    std::vector<std::string> windows_files_;
};

// Throws PluginRefused, as `other` has its name.
[[noreturn]] void refuse_second(const LoadedPlugin& plugin, const LoadedPlugin& other);

struct FolderContents {
    std::vector<std::filesystem::path> libraries;  // *.so, by name
    std::vector<std::string> windows_files;        // *.dll, by name: nothing that this system loads
};

// Throws PluginRefused if the folder cannot be read, or is not to be trusted.
FolderContents contents_of(const std::filesystem::path& folder, const Owners& owners);

}  // namespace jobhost::host
