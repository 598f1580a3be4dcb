// The plugins of a folder.
#pragma once

#include "host/plugin/image.hpp"
#include "host/plugin/plugin_description.hpp"
#include "host/plugin/spawn.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jobhost::host {

struct LoadedPlugin {
    PluginDescription description;
    std::shared_ptr<const PluginImage> image;  // shared by the catalog and the pools that start workers of it
    std::string file;                          // its name in the folder: "images.so"
    std::uint64_t generation = 0;              // no two loads of a host have the same
};

struct RefusedPlugin {
    std::string file;  // or the folder itself
    std::string reason;
    std::string remedy;
};

struct FoundType {
    const LoadedPlugin* plugin;  // lives as long as the catalog
    std::size_t type;            // place in plugin->description.types
};

// A value; unchanged after scan().
class Catalog {
public:
    // Checks and probes every *.so of `folder`, in the order of their names. Sub-folders are not looked at.
    // Files that cannot be used are listed with the reason and stop nothing. Generations are numbered from
    // `first_generation`. Blocks; throws std::system_error only if no worker can be started at all.
    static Catalog scan(const std::filesystem::path& folder, const WorkerOptions& options,
                        std::uint64_t first_generation = 1);

    const std::vector<LoadedPlugin>& plugins() const noexcept { return plugins_; }
    const std::vector<RefusedPlugin>& refused() const noexcept { return refused_; }
    // By full name: "images.resize".
    std::optional<FoundType> find(std::string_view full_name) const;

private:
    void add(const std::filesystem::path& file, const WorkerOptions& options, std::uint64_t generation);

    std::vector<LoadedPlugin> plugins_;
    std::vector<RefusedPlugin> refused_;
};

}  // namespace jobhost::host
