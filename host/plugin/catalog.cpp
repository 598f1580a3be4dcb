#include "host/plugin/catalog.hpp"

#include "host/plugin/plugin_refused.hpp"
#include "host/plugin/probe.hpp"
#include "host/plugin/trusted_path.hpp"

#include <jobhost/plugin.h>

#include <algorithm>
#include <set>

namespace jobhost::host {

namespace fs = std::filesystem;

std::vector<fs::path> libraries_in(const fs::path& folder, const Owners& owners) {
    const TrustedFolder opened = TrustedFolder::open(folder, owners);
    opened.check_that_nobody_adds();
    std::vector<fs::path> files;
    for (const std::string& name : opened.names()) {
        std::error_code ignored;
        if (fs::path{name}.extension() == ".so" &&
            !fs::is_directory(fs::symlink_status(folder / name, ignored)))
            files.push_back(folder / name);
    }
    std::sort(files.begin(), files.end());
    return files;
}

namespace {

// The operator has agreed to run it in the host; its author has to, too.
void check_consent(const PluginDescription& plugin) {
    for (const JobTypeDescription& type : plugin.types)
        if ((type.flags & JOBHOST_JOB_IN_PROCESS_OK) == 0)
            throw PluginRefused{"the host file says isolation: in_process, and its job type " + type.name +
                                    " does not have the flag JOBHOST_JOB_IN_PROCESS_OK",
                                "say isolation: process for it in plugins.overrides of the host file; if its "
                                "author sees to it that it can run in the host, set the flag"};
}

}  // namespace

std::shared_ptr<const LoadedPlugin> load_plugin(const fs::path& file, PluginImage image, const Trust& trust,
                                                const WorkerOptions& options, std::uint64_t generation) {
    auto shared = std::make_shared<const PluginImage>(std::move(image));
    const WorkerOptions its = options.of(file);
    PluginDescription description = probe(*shared, its);
    if (its.hosting.isolation == config::Isolation::in_process) check_consent(description);
    trust.check_identity({description.name, description.version}, shared->signed_as());
    return std::make_shared<const LoadedPlugin>(
        LoadedPlugin{std::move(description), std::move(shared), file.filename().string(), generation});
}

Catalog Catalog::scan(const fs::path& folder, const Trust& trust, const WorkerOptions& options,
                      std::uint64_t first_generation) {
    Catalog catalog;
    try {
        for (const fs::path& file : libraries_in(folder, trust.owners())) {
            try {
                auto plugin = load_plugin(file, PluginImage::open(file, trust), trust, options,
                                          first_generation + catalog.plugins_.size());
                if (const auto other = catalog.named(plugin->description.name))
                    refuse_second(*plugin, *other);
                catalog.add(std::move(plugin));
            } catch (const PluginRefused& refusal) {
                catalog.refused_.push_back({file.filename().string(), refusal.reason(), refusal.remedy()});
            }
        }
    } catch (const PluginRefused& refusal) {
        catalog.refused_.push_back({folder.string(), refusal.reason(), refusal.remedy()});
    }
    return catalog;
}

void Catalog::add(std::shared_ptr<const LoadedPlugin> plugin) {
    const std::string name = plugin->description.name;
    const auto before =
        std::ranges::find_if(plugins_, [&](const auto& other) { return other->description.name == name; });
    const LoadedPlugin* const added = plugin.get();
    plugins_.insert(before, std::move(plugin));
    std::set<const LoadedPlugin*> found;
    for (const FoundType& type : types())
        found.insert(type.plugin.get());
    std::erase_if(plugins_, [&](const auto& other) {
        return other->description.name == name && other.get() != added && !found.contains(other.get());
    });
}

void Catalog::remove(std::string_view name) {
    std::erase_if(plugins_, [&](const auto& plugin) { return plugin->description.name == name; });
}

void Catalog::remove(const LoadedPlugin& plugin) {
    std::erase_if(plugins_, [&](const auto& other) { return other.get() == &plugin; });
}

std::shared_ptr<const LoadedPlugin> Catalog::named(std::string_view name) const {
    const auto found =
        std::ranges::find_if(plugins_, [&](const auto& plugin) { return plugin->description.name == name; });
    return found == plugins_.end() ? nullptr : *found;
}

void refuse_second(const LoadedPlugin& plugin, const LoadedPlugin& other) {
    throw PluginRefused{"the plugin name " + plugin.description.name + " is already taken by " + other.file,
                        "remove one of the two files"};
}

std::optional<FoundType> Catalog::find(std::string_view full_name) const {
    for (const auto& plugin : plugins_)
        if (const auto type = plugin->description.find(full_name)) return FoundType{plugin, *type};
    return std::nullopt;
}

std::vector<FoundType> Catalog::types() const {
    std::vector<FoundType> types;
    std::set<std::string_view> met;
    for (const auto& plugin : plugins_)
        for (std::size_t i = 0; i < plugin->description.types.size(); ++i)
            if (met.insert(plugin->description.types[i].full_name).second) types.push_back({plugin, i});
    return types;
}

}  // namespace jobhost::host
