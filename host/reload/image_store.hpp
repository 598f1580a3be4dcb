// The last good images of plugins on the disk, so that what was live is live again after a restart, whatever
// lies in the plugin folder by then.
#pragma once

#include "host/plugin/image.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace jobhost::host {

// What is known of a plugin. Images are named by their digests; empty: there is none.
struct KeptPlugin {
    std::string file;                       // its name in the plugin folder
    std::string live;                       // ran last
    std::string previous;                   // ran before that one
    std::string refused;                    // was worse than the one before it, which took over again
    std::vector<std::string> earlier = {};  // ran before, and are kept for their jobs; the latest first

    friend bool operator==(const KeptPlugin&, const KeptPlugin&) = default;
};

// <folder>/<sha256>.so, with its .minisig where it is signed, and plugins.json, which says what they are. One
// thread at a time. What cannot be written is told once, and the host goes on without; nothing here throws
// unless it is said.
class ImageStore {
public:
    using Plugins = std::map<std::string, KeptPlugin>;  // by plugin name

    // Of a server of its own, in its state folder; made when there is something to keep.
    ImageStore(std::filesystem::path folder, Trust trust)
        : folder_{std::move(folder)}, trust_{std::move(trust)} {}

    // Reads what an earlier host has left. A file that is no such thing counts as none.
    void read();

    const Plugins& plugins() const noexcept { return plugins_; }
    // Of an unknown one: nothing at all.
    KeptPlugin of(const std::string& name) const;

    // Writes the image down, and its signature if it has one, unless it is there.
    void keep(const PluginImage& image);
    // From now on this is so. Images that no plugin names go.
    void put(const std::string& name, const KeptPlugin& plugin);
    void forget(const std::string& name);

    // What was kept by that digest, checked like a file of the plugin folder. Throws PluginRefused, also if
    // its contents are others by now.
    PluginImage image(const std::string& digest) const;

private:
    std::filesystem::path file_of(const std::string& digest) const;
    std::filesystem::path signature_of(const std::string& digest) const;
    void write();
    void sweep();
    template <class Act>
    void warn_if_it_fails(Act act);

    const std::filesystem::path folder_;
    const Trust trust_;
    Plugins plugins_;
    bool has_warned_ = false;
};

// Where the server of that name keeps them.
std::filesystem::path image_folder(const std::filesystem::path& state_folder, const std::string& server_name);

}  // namespace jobhost::host
