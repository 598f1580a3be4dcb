#include "host/plugin/catalog.hpp"

#include "host/plugin/plugin_refused.hpp"
#include "host/plugin/probe.hpp"
#include "host/plugin/trusted_path.hpp"

#include <jobhost/plugin.h>

#include <algorithm>
#include <map>

namespace jobhost::host {

namespace fs = std::filesystem;

namespace {

std::set<int> versions_of(const JobTypeDescription& type) {
    std::set<int> versions{static_cast<int>(type.payload_version)};
    for (std::uint32_t older = type.accepts_from; older < type.payload_version; ++older)
        versions.insert(static_cast<int>(older));
    return versions;
}

}  // namespace

FolderContents contents_of(const fs::path& folder, const Owners& owners) {
    const TrustedFolder opened = TrustedFolder::open(folder, owners);
    opened.check_that_nobody_adds();
    FolderContents contents;
    for (const std::string& name : opened.names()) {
        const fs::path extension = fs::path{name}.extension();
        std::error_code ignored;
        if (fs::is_directory(fs::symlink_status(folder / name, ignored))) continue;
        if (extension == ".so") contents.libraries.push_back(folder / name);
        if (extension == ".dll") contents.windows_files.push_back(name);
    }
    std::ranges::sort(contents.libraries);
    std::ranges::sort(contents.windows_files);
    return contents;
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
        const FolderContents contents = contents_of(folder, trust.owners());
        catalog.windows_files_ = contents.windows_files;
        for (const fs::path& file : contents.libraries) {
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
    plugins_.insert(before, std::move(plugin));
    drop_what_has_nothing_left(name);
}

void Catalog::add_earlier(std::shared_ptr<const LoadedPlugin> plugin) {
    const std::string name = plugin->description.name;
    plugins_.push_back(std::move(plugin));
    drop_what_has_nothing_left(name);
}

void Catalog::drop_what_has_nothing_left(const std::string& name) {
    std::set<const LoadedPlugin*> found{named(name).get()};
    for (const FoundType& type : types())
        found.insert(type.plugin.get());
    std::erase_if(plugins_, [&](const auto& plugin) {
        return plugin->description.name == name && !found.contains(plugin.get());
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

Catalog::Plugins Catalog::earlier(std::string_view name) const {
    Plugins found;
    for (const auto& plugin : plugins_)
        if (plugin->description.name == name) found.push_back(plugin);
    if (!found.empty()) found.erase(found.begin());
    return found;
}

void refuse_second(const LoadedPlugin& plugin, const LoadedPlugin& other) {
    throw PluginRefused{"the plugin name " + plugin.description.name + " is already taken by " + other.file,
                        "remove one of the two files"};
}

std::optional<FoundType> Catalog::find(std::string_view full_name) const {
    for (const auto& plugin : plugins_)
        if (const auto type = plugin->description.find(full_name))
            return FoundType{plugin, *type, versions_of(plugin->description.types[*type])};
    return std::nullopt;
}

std::vector<FoundType> Catalog::types() const {
    std::vector<FoundType> types;
    std::map<std::string_view, std::set<int>> met;
    for (const auto& plugin : plugins_)
        for (std::size_t i = 0; i < plugin->description.types.size(); ++i) {
            const JobTypeDescription& type = plugin->description.types[i];
            std::set<int>& known = met[type.full_name];
            std::set<int> left = versions_of(type);
            std::erase_if(left, [&](int version) { return known.contains(version); });
            if (left.empty()) continue;
            known.insert(left.begin(), left.end());
            types.push_back({plugin, i, std::move(left)});
        }
    return types;
}

}  // namespace jobhost::host
