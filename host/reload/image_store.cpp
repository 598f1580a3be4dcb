#include "host/reload/image_store.hpp"

#include "host/plugin/plugin_refused.hpp"

#include <boost/json.hpp>
#include <spdlog/spdlog.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <set>
#include <sstream>
#include <system_error>
#include <unistd.h>

namespace jobhost::host {

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using worker::Descriptor;

constexpr const char* kStateFile = "plugins.json";
constexpr std::uintmax_t kMaxStateSize = std::uintmax_t{1} << 20;
constexpr std::size_t kDigestSize = 64;

[[noreturn]] void fail(const std::string& doing) {
    throw std::system_error{errno, std::generic_category(), doing};
}

bool is_digest(const std::string& text) {
    return text.size() == kDigestSize && std::ranges::all_of(text, [](char letter) {
               return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'f');
           });
}

std::string text_in(const json::object& object, const char* key) {
    const json::value* const value = object.if_contains(key);
    return value != nullptr && value->is_string() ? json::value_to<std::string>(*value) : std::string{};
}

std::string digest_in(const json::object& object, const char* key) {
    std::string text = text_in(object, key);
    return is_digest(text) ? text : std::string{};
}

std::vector<std::string> digests_in(const json::object& object, const char* key) {
    std::vector<std::string> digests;
    const json::value* const value = object.if_contains(key);
    if (value == nullptr || !value->is_array()) return digests;
    for (const json::value& each : value->get_array())
        if (each.is_string() && is_digest(json::value_to<std::string>(each)))
            digests.push_back(json::value_to<std::string>(each));
    return digests;
}

std::string text_of(const ImageStore::Plugins& plugins) {
    json::object all;
    for (const auto& [name, plugin] : plugins)
        all[name] = json::object{{"file", plugin.file},
                                 {"live", plugin.live},
                                 {"previous", plugin.previous},
                                 {"refused", plugin.refused},
                                 {"earlier", json::array(plugin.earlier.begin(), plugin.earlier.end())}};
    return json::serialize(json::object{{"plugins", std::move(all)}}) + "\n";
}

void sync_folder(const fs::path& folder) {
    const Descriptor opened{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!opened || ::fsync(opened.get()) != 0) fail("it cannot be written to the disk");
}

// All or nothing: whoever looks sees the file as it was, or whole.
template <class Fill>
void write_file(const fs::path& path, mode_t mode, Fill fill) {
    const fs::path unfinished = path.string() + "." + std::to_string(::getpid()) + ".new";
    std::error_code ignored;
    fs::remove(unfinished, ignored);
    try {
        const Descriptor file{
            ::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)};
        if (!file) fail("no file can be made in it");
        fill(file.get());
        if (::fsync(file.get()) != 0) fail("a file in it cannot be written to the disk");
        if (::rename(unfinished.c_str(), path.c_str()) != 0) fail("a file in it cannot be renamed");
    } catch (...) {
        fs::remove(unfinished, ignored);
        throw;
    }
    sync_folder(path.parent_path());
}

void copy_image(const PluginImage& image, int file) {
    off_t position = 0;
    while (position < static_cast<off_t>(image.size())) {
        const ssize_t sent = ::sendfile(file, image.descriptor(), &position,
                                        image.size() - static_cast<std::size_t>(position));
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) fail("an image cannot be written into it");
    }
}

void write_text(const std::string& text, int file) {
    std::size_t written = 0;
    while (written < text.size()) {
        const ssize_t more = ::write(file, text.data() + written, text.size() - written);
        if (more < 0 && errno == EINTR) continue;
        if (more <= 0) fail("a file in it cannot be written");
        written += static_cast<std::size_t>(more);
    }
}

}  // namespace

fs::path image_folder(const fs::path& state_folder, const std::string& server_name) {
    const bool is_step = server_name == "." || server_name == "..";
    return state_folder / "images" / (is_step ? server_name + "_" : server_name);
}

KeptPlugin ImageStore::of(const std::string& name) const {
    const auto found = plugins_.find(name);
    return found == plugins_.end() ? KeptPlugin{} : found->second;
}

fs::path ImageStore::file_of(const std::string& digest) const {
    return folder_ / (digest + ".so");
}

fs::path ImageStore::signature_of(const std::string& digest) const {
    return file_of(digest).string() + kSignatureEnding;
}

// What is not as we write it is left out.
void ImageStore::read() {
    plugins_.clear();
    const fs::path file = folder_ / kStateFile;
    std::error_code error;
    const std::uintmax_t size = fs::file_size(file, error);
    if (error) return;
    std::ostringstream text;
    if (size <= kMaxStateSize) text << std::ifstream{file, std::ios::binary}.rdbuf();
    boost::system::error_code wrong;
    const json::value root = json::parse(text.str(), wrong);
    const json::value* const all =
        !wrong && root.is_object() ? root.get_object().if_contains("plugins") : nullptr;
    if (all == nullptr || !all->is_object()) {
        spdlog::warn("{} is none of ours, or is damaged; plugins begin with what lies in their folder",
                     file.string());
        return;
    }
    for (const auto& [name, value] : all->get_object()) {
        if (!value.is_object()) continue;
        const json::object& object = value.get_object();
        plugins_[name] = {.file = text_in(object, "file"),
                          .live = digest_in(object, "live"),
                          .previous = digest_in(object, "previous"),
                          .refused = digest_in(object, "refused"),
                          .earlier = digests_in(object, "earlier")};
    }
}

template <class Act>
void ImageStore::warn_if_it_fails(Act act) {
    try {
        fs::create_directories(folder_);
        fs::permissions(folder_, fs::perms::owner_all);
        act();
        has_warned_ = false;
    } catch (const std::system_error& error) {
        if (std::exchange(has_warned_, true)) return;
        spdlog::warn(
            "plugins: what is live cannot be kept in {} for the next start: {}; see to the folder and to its "
            "disk, the host goes on without",
            folder_.string(), error.what());
    }
}

void ImageStore::keep(const PluginImage& image) {
    try {
        this->image(image.digest());
        return;
    } catch (const PluginRefused&) {  // it is not there, or damaged
    }
    warn_if_it_fails([&] {
        constexpr mode_t kForUs = 0400;
        if (image.signature())
            write_file(signature_of(image.digest()), kForUs,
                       [&](int file) { write_text(*image.signature(), file); });
        write_file(file_of(image.digest()), kForUs, [&](int file) { copy_image(image, file); });
    });
}

void ImageStore::put(const std::string& name, const KeptPlugin& plugin) {
    if (const auto known = plugins_.find(name); known != plugins_.end() && known->second == plugin) return;
    plugins_[name] = plugin;
    write();
}

void ImageStore::forget(const std::string& name) {
    if (plugins_.erase(name) > 0) write();
}

void ImageStore::write() {
    warn_if_it_fails([&] {
        constexpr mode_t kForUs = 0600;
        write_file(folder_ / kStateFile, kForUs, [&](int file) { write_text(text_of(plugins_), file); });
        sweep();
    });
}

// Images that nobody names, and what a host that was killed has not finished.
void ImageStore::sweep() {
    std::set<std::string> wanted{kStateFile};
    for (const auto& [name, plugin] : plugins_) {
        std::vector<std::string> digests = plugin.earlier;
        digests.insert(digests.end(), {plugin.live, plugin.previous});
        for (const std::string& digest : digests)
            for (const fs::path& path : {file_of(digest), signature_of(digest)})
                wanted.insert(path.filename().string());
    }
    std::vector<fs::path> unwanted;
    for (const fs::directory_entry& entry : fs::directory_iterator{folder_})
        if (!wanted.contains(entry.path().filename().string()) && !entry.is_directory())
            unwanted.push_back(entry.path());
    for (const fs::path& path : unwanted)
        fs::remove(path);
}

PluginImage ImageStore::image(const std::string& digest) const {
    if (!is_digest(digest)) throw PluginRefused{"no image of it is kept", "put its file into the folder"};
    PluginImage image = PluginImage::open(file_of(digest), trust_);
    if (image.digest() != digest)
        throw PluginRefused{"the image that was kept of it is damaged", "put its file into the folder"};
    return image;
}

}  // namespace jobhost::host
