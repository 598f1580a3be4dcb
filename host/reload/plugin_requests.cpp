// What people ask of PluginReload.
#include "host/reload/plugin_reload.hpp"

#include <spdlog/spdlog.h>

namespace jobhost::host {

namespace {

bool is_meant(const std::filesystem::path& path, const std::string& plugin, const std::string& name) {
    return name.empty() || plugin == name || path.filename() == name || path.stem() == name;
}

}  // namespace

std::vector<PluginReload::FileStatus> PluginReload::files(const std::string& name) const {
    std::vector<FileStatus> found;
    for (const auto& [path, file] : files_)
        if (is_meant(path, file.plugin, name))
            found.push_back({.file = path.filename().string(),
                             .plugin = catalog().named(file.plugin),
                             .reason = file.reason,
                             .remedy = file.remedy,
                             .is_read = !file.due});
    return found;
}

void PluginReload::try_again(const std::string& name) {
    const BootTime now = clock_.now();
    see_files(now);
    next_look_ = now;
    for (auto& [path, file] : files_) {
        if (!is_meant(path, file.plugin, name)) continue;
        if (!file.reason.empty()) {
            generations_.forgive(file.digest);
            file.digest.clear();
            file.reason.clear();
        }
        if (!file.due) file.due = now;
    }
}

std::shared_ptr<const LoadedPlugin> PluginReload::roll_back(const std::string& name) {
    const auto worse = catalog().named(name);
    auto before = put_back(name);
    spdlog::warn("plugin {} {} (generation {}) is rolled back: {} takes over again (generation {})", name,
                 worse->description.version, worse->generation, before->description.version,
                 before->generation);
    return before;
}

void PluginReload::remove(const std::string& name) {
    see_files(clock_.now());
    if (!generations_.knows(name))
        throw PluginRefused{"there is no plugin " + name + " here",
                            "see what there is: jobhost plugins list"};
    const std::string file = generations_.file_of(name);
    if (files_.contains(folder_ / file))
        throw PluginRefused{"its file " + file + " is still in the plugin folder",
                            "remove that first: " + (folder_ / file).string()};
    generations_.remove(name);
    spdlog::warn("plugin {} is removed; jobs of its types wait until it comes again", name);
    tell();
}

}  // namespace jobhost::host
