// Which versions of plugins run, and which one takes over when another fails.
#pragma once

#include "host/plugin/catalog.hpp"
#include "host/plugin/plugin_refused.hpp"
#include "host/reload/image_store.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

namespace jobhost::host {

// Of a version that gave way to the one before it.
PluginRefused rolled_back(const std::string& name);

// One thread at a time. What blocks, does so for a probe; it throws std::system_error if no worker can be
// started.
class PluginGenerations {
public:
    using Plugin = std::shared_ptr<const LoadedPlugin>;

    PluginGenerations(const Trust& trust, WorkerOptions options, ImageStore images)
        : trust_{trust}, options_{std::move(options)}, images_{std::move(images)} {}

    // What an earlier host has kept counts.
    void begin() { images_.read(); }
    // Loads the generations that are kept for their jobs, of what an earlier host had of this file. They come
    // into the catalog behind the generation that is added next. Blocks.
    void load_earlier(const std::filesystem::path& file);
    const Catalog& catalog() const noexcept { return catalog_; }
    // Of that name: what lies in the folder, or did.
    bool knows(const std::string& name) const;
    std::string file_of(const std::string& name) const;

    // What was read of `file` as the next generation of its plugin, which publish() makes of it. Blocks;
    // throws PluginRefused, also for a version that was rolled back.
    Plugin candidate(const std::filesystem::path& file, PluginImage image) const;
    // It is the latest generation of its plugin, and is kept for the next start.
    void publish(const Plugin& plugin);

    // `file`, of digest `bad`, cannot be used: the last good version of its plugin takes its place. Null:
    // there is none. Blocks.
    Plugin fall_back(const std::filesystem::path& file, const std::string& bad);
    // The version before the latest takes over again, as a new generation, and the latest one is not tried
    // again until its file changes; also after a restart. Blocks; throws PluginRefused if there is none.
    Plugin roll_back(const std::string& name);
    // A version that was rolled back may be tried again.
    void forgive(const std::string& digest);

    // No job needs that generation any more, which is not the latest one. False: it is, or is not there.
    bool let_go(std::uint64_t generation);
    // Nothing of that name runs or is kept any more.
    void remove(const std::string& name);

    void set_refused(std::vector<RefusedPlugin> refused) { catalog_.set_refused(std::move(refused)); }

private:
    Plugin kept(const std::string& name, const std::string& digest, const std::filesystem::path& file) const;
    Plugin version_before(const LoadedPlugin& plugin) const;
    void add(const Plugin& plugin);
    std::vector<std::string> earlier_digests(const std::string& name) const;

    const Trust trust_;
    const WorkerOptions options_;
    ImageStore images_;
    Catalog catalog_;
    std::uint64_t generation_ = 0;            // the last one
    std::map<std::string, Plugin> previous_;  // by name: what was replaced last, if this host has run it
    std::map<std::string, std::vector<Plugin>> earlier_;  // by name: loaded before the one that is to come
};

}  // namespace jobhost::host
