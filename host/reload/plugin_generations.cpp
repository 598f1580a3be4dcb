#include "host/reload/plugin_generations.hpp"

#include <spdlog/spdlog.h>

namespace jobhost::host {

namespace fs = std::filesystem;

namespace {

// Beside the latest one; each has workers, and an image in memory.
constexpr std::size_t kMostEarlier = 3;

}  // namespace

PluginRefused rolled_back(const std::string& name) {
    return {"this version of " + name + " was rolled back",
            "put a better one there, or try this one again: jobhost plugins reload " + name};
}

bool PluginGenerations::knows(const std::string& name) const {
    return catalog_.named(name) || images_.plugins().contains(name);
}

std::string PluginGenerations::file_of(const std::string& name) const {
    const Plugin plugin = catalog_.named(name);
    return plugin ? plugin->file : images_.of(name).file;
}

PluginGenerations::Plugin PluginGenerations::candidate(const fs::path& file, PluginImage image) const {
    for (const auto& [name, plugin] : images_.plugins())
        if (plugin.refused == image.digest()) throw rolled_back(name);
    return load_plugin(file, std::move(image), trust_, options_, generation_ + 1);
}

void PluginGenerations::publish(const Plugin& plugin) {
    const std::string& name = plugin->description.name;
    const std::string& digest = plugin->image->digest();
    if (const Plugin before = catalog_.named(name); before && before->image->digest() != digest)
        previous_[name] = before;
    add(plugin);
    for (const auto& [other, kept] : ImageStore::Plugins{images_.plugins()})
        if (other != name && kept.file == plugin->file)
            images_.forget(other);  // the file was another plugin's
    KeptPlugin kept = images_.of(name);
    if (kept.live != digest) kept.previous = std::exchange(kept.live, digest);
    kept.file = plugin->file;
    kept.refused.clear();
    kept.earlier = earlier_digests(name);
    images_.keep(*plugin->image);
    images_.put(name, kept);
}

void PluginGenerations::add(const Plugin& plugin) {
    const std::string& name = plugin->description.name;
    generation_ = plugin->generation;
    catalog_.add(plugin);
    if (const auto loaded = earlier_.extract(name))
        for (const Plugin& earlier : loaded.mapped())
            catalog_.add_earlier(earlier);
    const Catalog::Plugins all = catalog_.earlier(name);
    for (std::size_t i = kMostEarlier; i < all.size(); ++i) {
        catalog_.remove(*all[i]);
        spdlog::warn(
            "plugin {} {} (generation {}) is not kept any more for the jobs that only it can run: {} later "
            "generations are; these jobs wait for another host",
            name, all[i]->description.version, all[i]->generation, kMostEarlier);
    }
}

std::vector<std::string> PluginGenerations::earlier_digests(const std::string& name) const {
    std::vector<std::string> digests;
    for (const Plugin& plugin : catalog_.earlier(name))
        digests.push_back(plugin->image->digest());
    return digests;
}

// The earliest first, as generations are numbered.
void PluginGenerations::load_earlier(const fs::path& file) {
    for (const auto& [name, plugin] : images_.plugins()) {
        if (plugin.file != file.filename()) continue;
        for (auto digest = plugin.earlier.rbegin(); digest != plugin.earlier.rend(); ++digest) {
            try {
                const Plugin earlier = kept(name, *digest, file);
                generation_ = earlier->generation;
                earlier_[name].insert(earlier_[name].begin(), earlier);
            } catch (const PluginRefused& refusal) {
                spdlog::warn(
                    "plugin {}: a version that was kept for its jobs cannot be used any more: {}; {}", name,
                    refusal.reason(), refusal.remedy());
            }
        }
    }
}

bool PluginGenerations::let_go(std::uint64_t generation) {
    for (const Plugin& plugin : Catalog::Plugins{catalog_.plugins()}) {
        const std::string& name = plugin->description.name;
        if (plugin->generation != generation || catalog_.named(name) == plugin) continue;
        catalog_.remove(*plugin);
        KeptPlugin kept = images_.of(name);
        kept.earlier = earlier_digests(name);
        images_.put(name, kept);
        spdlog::info(
            "plugin {} {} (generation {}) is not needed any more: no job is left that only it can run", name,
            plugin->description.version, generation);
        return true;
    }
    return false;
}

// Whatever lies there is asked for its name, too.
PluginGenerations::Plugin PluginGenerations::kept(const std::string& name, const std::string& digest,
                                                  const fs::path& file) const {
    Plugin plugin = load_plugin(file, images_.image(digest), trust_, options_, generation_ + 1);
    if (plugin->description.name != name)
        throw PluginRefused{"the image that was kept of it is of the plugin " + plugin->description.name,
                            "put its file into the folder"};
    return plugin;
}

PluginGenerations::Plugin PluginGenerations::fall_back(const fs::path& file, const std::string& bad) {
    for (const auto& [name, plugin] : images_.plugins()) {
        if (plugin.file != file.filename() || catalog_.named(name)) continue;
        for (const std::string& digest : {plugin.live, plugin.previous}) {
            if (digest.empty() || digest == bad) continue;
            try {
                const Plugin good = kept(name, digest, file);
                add(good);
                return good;
            } catch (const PluginRefused& refusal) {
                spdlog::warn("plugin {}: a version that was live before cannot be used any more: {}; {}",
                             name, refusal.reason(), refusal.remedy());
            }
        }
    }
    return nullptr;
}

PluginGenerations::Plugin PluginGenerations::version_before(const LoadedPlugin& plugin) const {
    const std::string& name = plugin.description.name;
    if (const auto found = previous_.find(name); found != previous_.end()) {
        LoadedPlugin again = *found->second;
        again.image->check(plugin.file, trust_);
        trust_.check_identity({again.description.name, again.description.version}, again.image->signed_as());
        again.file = plugin.file;
        again.generation = generation_ + 1;
        return std::make_shared<const LoadedPlugin>(std::move(again));
    }
    const std::string digest = images_.of(name).previous;
    if (digest.empty())
        throw PluginRefused{"there is no version before " + plugin.description.version,
                            "put the version that you want into the plugin folder"};
    return kept(name, digest, plugin.file);
}

PluginGenerations::Plugin PluginGenerations::roll_back(const std::string& name) {
    const Plugin worse = catalog_.named(name);
    if (!worse)
        throw PluginRefused{"no plugin " + name + " runs here", "see what does: jobhost plugins list"};
    LoadedPlugin again = *version_before(*worse);
    again.in_place_of = worse->generation;
    const auto before = std::make_shared<const LoadedPlugin>(std::move(again));
    previous_.erase(name);
    catalog_.remove(*worse);  // with the types that it alone has
    add(before);
    images_.keep(*before->image);
    images_.put(name, {.file = before->file,
                       .live = before->image->digest(),
                       .previous = "",
                       .refused = worse->image->digest(),
                       .earlier = earlier_digests(name)});
    return before;
}

void PluginGenerations::forgive(const std::string& digest) {
    for (auto& [name, plugin] : ImageStore::Plugins{images_.plugins()}) {
        if (digest.empty() || plugin.refused != digest) continue;
        KeptPlugin forgiven = plugin;
        forgiven.refused.clear();
        images_.put(name, forgiven);
    }
}

void PluginGenerations::remove(const std::string& name) {
    catalog_.remove(name);
    previous_.erase(name);
    earlier_.erase(name);
    images_.forget(name);
}

}  // namespace jobhost::host
