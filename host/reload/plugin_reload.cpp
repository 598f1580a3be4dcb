#include "host/reload/plugin_reload.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace jobhost::host {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

// The safety net under the hints, and all there is where none come.
constexpr Duration kLookPeriod = 500ms;
constexpr auto kPeriodWithNews = 20ms;
constexpr auto kQuiet = 100ms;
// Of one that is written where it is: between two pieces it may be a library of two halves.
constexpr auto kQuietWhenWritten = 350ms;
// How long a file that is no library may be one that is still being written.
constexpr auto kPatience = 2s;

std::string with_version(const LoadedPlugin& plugin) {
    return plugin.description.name + " " + plugin.description.version;
}

}  // namespace

void PluginReload::start() {
    watch_.watch({folder_});
    generations_.begin();
    see_files(clock_.now());
    for (auto& [path, file] : files_)
        begin_with(path, file);
    generations_.set_refused(refused());
}

// What is whole is not tried again; half of a file may become one. Refusals are told by whoever has the
// catalog.
void PluginReload::begin_with(const fs::path& path, File& file) {
    generations_.load_earlier(path);
    try {
        PluginImage image = PluginImage::open(path, trust_);
        file.digest = image.digest();
        load(path, file, std::move(image));
    } catch (const PluginRefused& refusal) {
        file.reason = refusal.reason();
        file.remedy = refusal.remedy();
        file.is_told = true;
        if (file.digest.empty()) file.due = file.quiet_since + kPatience;
        const auto good = generations_.fall_back(path, file.digest);
        if (!good) return;
        file.plugin = good->description.name;
        spdlog::warn("plugin {} serves in place of {}, as it was live before; until that file changes",
                     with_version(*good), good->file);
    }
}

Duration PluginReload::run_once() {
    roll_back_what_is_worse();
    let_go_what_is_unneeded();
    const BootTime now = clock_.now();
    if (now < next_look_) return std::chrono::ceil<Duration>(next_look_ - now);
    next_look_ = now + kPeriodWithNews;
    Duration pause = kLookPeriod;
    if (see_files(now))
        for (auto& [path, file] : files_) {
            if (file.due && *file.due <= now) read(path, file, now);
            if (file.due)
                pause = std::min(
                    pause, std::max(std::chrono::ceil<Duration>(*file.due - now), Duration{kPeriodWithNews}));
        }
    if (refused() != catalog().refused()) tell();
    return pause;
}

// False: the folder cannot be read.
bool PluginReload::see_files(BootTime now) {
    std::set<fs::path> there;
    try {
        const FolderContents contents = contents_of(folder_, trust_.owners());
        for (const fs::path& path : contents.libraries) {
            see(path, now);
            there.insert(path);
        }
        tell_windows_files(contents.windows_files);
    } catch (const PluginRefused& refusal) {
        folder_remedy_ = refusal.remedy();
        if (std::exchange(folder_problem_, refusal.reason()) != refusal.reason())
            spdlog::error("plugins: nothing is loaded from the folder {}{}: {}; {}", folder_.string(),
                          catalog().plugins().empty() ? "" : ", and what was loaded before goes on",
                          refusal.reason(), refusal.remedy());
        return false;
    }
    if (!std::exchange(folder_problem_, "").empty()) {
        spdlog::info("plugins: the folder {} can be read again", folder_.string());
        watch_.watch({folder_});
    }
    const std::size_t before = files_.size();
    std::erase_if(files_, [&](const auto& entry) {
        const bool is_gone = !there.contains(entry.first);
        if (is_gone)
            spdlog::warn(
                "plugins: {} is gone; what was loaded of it goes on until the host is started again, "
                "or until somebody says: jobhost plugins remove",
                entry.first.filename().string());
        return is_gone;
    });
    // Another file may have been refused for the one that is gone.
    if (files_.size() < before)
        for (auto& [path, file] : files_)
            if (!file.reason.empty()) look_again(file, now);
    return true;
}

void PluginReload::see(const fs::path& path, BootTime now) {
    const auto mark = mark_of(path);
    const auto [found, is_new] = files_.try_emplace(path);
    File& file = found->second;
    const bool has_new_grounds = take_grounds(path, file);
    if (!mark) return;
    if (!is_new && *mark == file.mark) {
        if (has_new_grounds) look_again(file, now);
        return;
    }
    const bool is_same_file = !is_new && mark->device == file.mark.device && mark->number == file.mark.number;
    file.mark = *mark;
    file.has_changed = !is_new;
    file.is_told = false;
    file.quiet_since = now;
    file.due = now + (is_same_file ? kQuietWhenWritten : kQuiet);
}

// Whether its signature, or the allowlist, has come or changed.
bool PluginReload::take_grounds(const fs::path& path, File& file) const {
    std::vector<std::optional<FileMark>> marks;
    for (const fs::path& ground : trust_.grounds(path))
        marks.push_back(mark_of(ground));
    return std::exchange(file.grounds, marks) != marks;
}

// What is loaded goes on, whatever its grounds say now.
void PluginReload::look_again(File& file, BootTime now) {
    if (!file.due && file.reason.empty()) return;
    if (!file.reason.empty()) file.digest.clear();
    file.quiet_since = now;
    file.due = now + kQuiet;
}

// A file that ends too early may be in the middle of being written, or its signature be on its way: no error
// counts until it is quiet.
void PluginReload::read(const fs::path& path, File& file, BootTime now) {
    std::optional<PluginImage> image;
    try {
        image = PluginImage::open(path, trust_);
    } catch (const PluginRefused& refusal) {
        if (now < file.quiet_since + kPatience) {
            file.due = file.quiet_since + kPatience;
            return;
        }
        file.due.reset();
        file.digest.clear();
        return refuse(path, file, refusal);
    }
    if (mark_of(path) != file.mark) return see(path, now);  // it was changed while it was read
    if (image->digest() != file.digest) {
        const std::string digest = image->digest();
        try {
            const auto plugin = load(path, file, *std::move(image));
            spdlog::info("plugin {} from {} is loaded (generation {})", with_version(*plugin), plugin->file,
                         plugin->generation);
        } catch (const PluginRefused& refusal) {
            refuse(path, file, refusal);
        }
        file.digest = digest;
    }
    file.has_changed = false;
    file.due.reset();
}

// Those that have come, once.
void PluginReload::tell_windows_files(const std::vector<std::string>& names) {
    for (const std::string& name : names)
        if (!windows_files_.contains(name))
            spdlog::warn("plugins: {} is not loaded: it is for Windows; build it here, as a .so", name);
    windows_files_ = {names.begin(), names.end()};
}

// Logged once.
void PluginReload::refuse(const fs::path& path, File& file, const PluginRefused& refusal) const {
    const bool is_known = file.is_told && file.reason == refusal.reason();
    file.reason = refusal.reason();
    file.remedy = refusal.remedy();
    file.is_told = true;
    if (is_known) return;
    std::string what_goes_on;
    for (const auto& plugin : catalog().plugins())
        if (plugin->file == path.filename() && catalog().named(plugin->description.name) == plugin)
            what_goes_on += ", and " + with_version(*plugin) + " goes on";
    spdlog::error("plugin {} is refused{}: {}; {}", path.filename().string(), what_goes_on, refusal.reason(),
                  refusal.remedy());
}

// As far as is known: a file that has changed since may hold anything.
bool PluginReload::holds(const std::string& file, const LoadedPlugin& plugin) const {
    const auto found = files_.find(folder_ / file);
    return found != files_.end() && !found->second.has_changed &&
           found->second.digest == plugin.image->digest();
}

std::shared_ptr<const LoadedPlugin> PluginReload::load(const fs::path& path, File& file, PluginImage image) {
    auto plugin = generations_.candidate(path, std::move(image));
    const std::string& name = plugin->description.name;
    const auto other = catalog().named(name);
    if (other && other->file != plugin->file && holds(other->file, *other)) refuse_second(*plugin, *other);
    file.plugin = name;
    file.reason.clear();
    generations_.publish(plugin);
    tell();
    return plugin;
}

void PluginReload::tell() {
    generations_.set_refused(refused());
    changed(catalog());
}

std::vector<RefusedPlugin> PluginReload::refused() const {
    std::vector<RefusedPlugin> all;
    if (!folder_problem_.empty()) all.push_back({folder_.string(), folder_problem_, folder_remedy_});
    for (const auto& [path, file] : files_)
        if (!file.reason.empty()) all.push_back({path.filename().string(), file.reason, file.remedy});
    return all;
}

void PluginReload::roll_back(std::uint64_t generation) {
    worse_.with([&](auto& worse) { worse.insert(generation); });
}

void PluginReload::roll_back_what_is_worse() {
    const auto worse = worse_.with([](auto& all) { return std::exchange(all, {}); });
    if (worse.empty()) return;
    for (const auto& plugin : Catalog::Plugins{catalog().plugins()}) {
        const std::string& name = plugin->description.name;
        if (!worse.contains(plugin->generation) || catalog().named(name) != plugin) continue;
        try {
            const auto before = put_back(name);
            spdlog::error(
                "plugin {} (generation {}) crashes again and again, and {} did not: that one takes over "
                "again; put a better version into {}",
                with_version(*plugin), plugin->generation, before->description.version, plugin->file);
        } catch (const PluginRefused& refusal) {
            spdlog::error("plugin {} (generation {}) crashes again and again, and goes on: {}; {}",
                          with_version(*plugin), plugin->generation, refusal.reason(), refusal.remedy());
        }
    }
}

void PluginReload::let_go(std::uint64_t generation) {
    unneeded_.with([&](auto& unneeded) { unneeded.insert(generation); });
}

void PluginReload::let_go_what_is_unneeded() {
    bool is_changed = false;
    for (const std::uint64_t generation : unneeded_.with([](auto& all) { return std::exchange(all, {}); }))
        is_changed = generations_.let_go(generation) || is_changed;
    if (is_changed) tell();
}

// What lies in the folder counts as read, and as refused.
std::shared_ptr<const LoadedPlugin> PluginReload::put_back(const std::string& name) {
    const auto worse = catalog().named(name);
    auto before = generations_.roll_back(name);
    for (auto& [path, file] : files_) {
        if (file.digest != worse->image->digest()) continue;
        file.reason = rolled_back(name).reason();
        file.remedy = rolled_back(name).remedy();
        file.is_told = true;
    }
    tell();
    return before;
}

}  // namespace jobhost::host
