#include "storage/soci/lock_holder.hpp"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <unistd.h>
#include <vector>

namespace jobhost::storage {

namespace {

// A file as /proc/locks spells it: "fe:00:10977429". Files are not opened for this: to close one again would
// drop this process's own locks on it.
std::string spelt(const std::filesystem::path& file) {
    struct stat info {};
    if (::stat(file.c_str(), &info) != 0) return {};
    char text[64];
    std::snprintf(text, sizeof text, "%02x:%02x:%ju", major(info.st_dev), minor(info.st_dev),
                  static_cast<std::uintmax_t>(info.st_ino));
    return text;
}

std::string described(long pid) {
    const std::string folder = "/proc/" + std::to_string(pid);
    std::string name;
    std::getline(std::ifstream{folder + "/comm"}, name);
    if (name.empty()) return {};
    std::string text = "process " + std::to_string(pid) + " (" + name + ")";
    std::ifstream status{folder + "/status"};
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("State:\tT") || line.starts_with("State:\tt"))
            return text + ", which is stopped";
    return text;
}

}  // namespace

std::string lock_holder(std::span<const std::filesystem::path> files) {
    std::vector<std::string> wanted;
    for (const std::filesystem::path& file : files)
        wanted.push_back(spelt(file));
    std::ifstream locks{"/proc/locks"};
    // "1: POSIX  ADVISORY  WRITE 4711 fe:00:10977510 120 120"; one who waits has "->" behind the number.
    for (std::string line; std::getline(locks, line);) {
        std::istringstream words{line};
        std::string number, kind, strictness, access, file;
        long pid = 0;
        if (!(words >> number >> kind >> strictness >> access >> pid >> file)) continue;
        if (access != "WRITE" || pid <= 0 || pid == ::getpid()) continue;
        if (std::find(wanted.begin(), wanted.end(), file) == wanted.end()) continue;
        if (std::string text = described(pid); !text.empty()) return text;
    }
    return {};
}

}  // namespace jobhost::storage
