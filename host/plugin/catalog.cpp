#include "host/plugin/catalog.hpp"

#include "host/plugin/plugin_refused.hpp"
#include "host/plugin/probe.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <system_error>

namespace jobhost::host {
namespace {

namespace fs = std::filesystem;

// Throws PluginRefused.
std::vector<fs::path> libraries_in(const fs::path& folder) {
    const worker::Descriptor opened{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!opened)
        throw PluginRefused{"the folder cannot be opened: " + std::generic_category().message(errno),
                            "make it, or name another one"};
    check_owner(opened.get(), "the folder");
    std::vector<fs::path> files;
    std::error_code error;
    for (fs::directory_iterator entry{folder, error}, end; !error && entry != end; entry.increment(error)) {
        std::error_code ignored;
        if (entry->path().extension() == ".so" && !fs::is_directory(entry->symlink_status(ignored)))
            files.push_back(entry->path());
    }
    if (error) throw PluginRefused{"the folder cannot be read: " + error.message(), "see to its file system"};
    std::sort(files.begin(), files.end());
    return files;
}

}  // namespace

Catalog Catalog::scan(const fs::path& folder, const WorkerOptions& options, std::uint64_t first_generation) {
    Catalog catalog;
    try {
        for (const fs::path& file : libraries_in(folder)) {
            try {
                catalog.add(file, options, first_generation + catalog.plugins_.size());
            } catch (const PluginRefused& refusal) {
                catalog.refused_.push_back({file.filename().string(), refusal.reason(), refusal.remedy()});
            }
        }
    } catch (const PluginRefused& refusal) {
        catalog.refused_.push_back({folder.string(), refusal.reason(), refusal.remedy()});
    }
    return catalog;
}

void Catalog::add(const fs::path& file, const WorkerOptions& options, std::uint64_t generation) {
    auto image = std::make_shared<const PluginImage>(PluginImage::open(file));
    PluginDescription description = probe(*image, options);
    for (const LoadedPlugin& other : plugins_)
        if (other.description.name == description.name)
            throw PluginRefused{"the plugin name " + description.name + " is already taken by " + other.file,
                                "remove one of the two files"};
    plugins_.push_back({std::move(description), std::move(image), file.filename().string(), generation});
}

std::optional<FoundType> Catalog::find(std::string_view full_name) const {
    for (const LoadedPlugin& plugin : plugins_)
        if (const auto type = plugin.description.find(full_name)) return FoundType{&plugin, *type};
    return std::nullopt;
}

}  // namespace jobhost::host
