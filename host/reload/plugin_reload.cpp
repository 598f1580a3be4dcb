#include "host/reload/plugin_reload.hpp"

#include "host/plugin/plugin_refused.hpp"

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

// Logged once.
void refuse(const std::string& file, std::string& problem, const PluginRefused& refusal) {
    if (std::exchange(problem, refusal.reason()) == refusal.reason()) return;
    spdlog::error("plugin {} is refused, and what was there before goes on: {}; {}", file, refusal.reason(),
                  refusal.remedy());
}

}  // namespace

void PluginReload::start() {
    watch_.watch({folder_});
    catalog_ = Catalog::scan(folder_, trust_, options_);
    const BootTime now = clock_.now();
    see_files(now);
    for (const auto& plugin : catalog_.plugins()) {
        files_[folder_ / plugin->file].digest = plugin->image->digest();
        generation_ = std::max(generation_, plugin->generation);
    }
    for (const RefusedPlugin& refused : catalog_.refused())
        know_refused(refused);
}

// What is whole is not tried again; half of a file may become one. It is told by whoever has the catalog.
void PluginReload::know_refused(const RefusedPlugin& refused) {
    const auto found = files_.find(folder_ / refused.file);
    if (found == files_.end()) {
        folder_problem_ = refused.reason;
        return;
    }
    File& file = found->second;
    file.is_refused = true;
    file.problem = refused.reason;
    file.digest = refused.digest;
    if (file.digest.empty()) file.due = file.quiet_since + kPatience;
}

Duration PluginReload::run_once() {
    roll_back_what_is_worse();
    const BootTime now = clock_.now();
    if (now < next_look_) return std::chrono::ceil<Duration>(next_look_ - now);
    next_look_ = now + kPeriodWithNews;
    if (!see_files(now)) return kLookPeriod;
    Duration pause = kLookPeriod;
    for (auto& [path, file] : files_) {
        if (file.due && *file.due <= now) read(path, file, now);
        if (file.due)
            pause = std::min(
                pause, std::max(std::chrono::ceil<Duration>(*file.due - now), Duration{kPeriodWithNews}));
    }
    return pause;
}

// False: the folder cannot be read.
bool PluginReload::see_files(BootTime now) {
    std::set<fs::path> there;
    try {
        for (const fs::path& path : libraries_in(folder_, trust_.owners())) {
            see(path, now);
            there.insert(path);
        }
    } catch (const PluginRefused& refusal) {
        refuse(folder_.string(), folder_problem_, refusal);
        return false;
    }
    if (!std::exchange(folder_problem_, "").empty()) {
        spdlog::info("plugins: the folder {} can be read again", folder_.string());
        watch_.watch({folder_});
    }
    std::erase_if(files_, [&](const auto& entry) {
        const bool is_gone = !there.contains(entry.first);
        if (is_gone)
            spdlog::warn("plugins: {} is gone; what was loaded of it goes on until the host is started again",
                         entry.first.filename().string());
        return is_gone;
    });
    return true;
}

void PluginReload::see(const fs::path& path, BootTime now) {
    const auto mark = mark_of(path);
    const auto [found, is_new] = files_.try_emplace(path);
    File& file = found->second;
    const bool has_new_grounds = take_grounds(path, file);
    if (!mark) return;
    if (!is_new && *mark == file.mark) {
        if (has_new_grounds) try_again(file, now);
        return;
    }
    const bool is_same_file = !is_new && mark->device == file.mark.device && mark->number == file.mark.number;
    file.mark = *mark;
    file.problem.clear();
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
void PluginReload::try_again(File& file, BootTime now) {
    if (!file.due && !file.is_refused) return;
    if (file.is_refused) file.digest.clear();
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
        file.is_refused = true;
        return refuse(path.filename().string(), file.problem, refusal);
    }
    if (mark_of(path) != file.mark) return see(path, now);  // it was changed while it was read
    if (image->digest() != file.digest) {
        const std::string digest = image->digest();
        try {
            load(path, *std::move(image));
            file.is_refused = false;
        } catch (const PluginRefused& refusal) {
            file.is_refused = true;
            refuse(path.filename().string(), file.problem, refusal);
        }
        file.digest = digest;
    }
    file.due.reset();
}

void PluginReload::load(const fs::path& path, PluginImage image) {
    const auto plugin = load_plugin(path, std::move(image), trust_, options_, generation_ + 1);
    const auto other = catalog_.named(plugin->description.name);
    if (other && other->file != plugin->file && files_.contains(folder_ / other->file))
        refuse_second(*plugin, *other);
    spdlog::info("plugin {} {} from {} is loaded (generation {})", plugin->description.name,
                 plugin->description.version, plugin->file, plugin->generation);
    if (const auto before = catalog_.named(plugin->description.name))
        previous_[plugin->description.name] = before;
    publish(plugin);
}

void PluginReload::publish(const std::shared_ptr<const LoadedPlugin>& plugin) {
    generation_ = plugin->generation;
    catalog_.add(plugin);
    changed(catalog_);
}

void PluginReload::roll_back(std::uint64_t generation) {
    worse_.with([&](auto& worse) { worse.insert(generation); });
}

void PluginReload::roll_back_what_is_worse() {
    const auto worse = worse_.with([](auto& all) { return std::exchange(all, {}); });
    if (worse.empty()) return;
    for (const auto& plugin : Catalog::Plugins{catalog_.plugins()}) {
        const std::string& name = plugin->description.name;
        const auto before = previous_.find(name);
        if (!worse.contains(plugin->generation) || before == previous_.end() ||
            catalog_.named(name) != plugin)
            continue;
        LoadedPlugin again = *before->second;
        again.generation = generation_ + 1;
        spdlog::error(
            "plugin {} {} (generation {}) crashes again and again, and {} did not: that one takes over "
            "again; put a better version into {}",
            name, plugin->description.version, plugin->generation, again.description.version, plugin->file);
        previous_.erase(before);
        publish(std::make_shared<const LoadedPlugin>(std::move(again)));
    }
}

}  // namespace jobhost::host
