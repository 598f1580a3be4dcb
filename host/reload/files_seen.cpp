#include "host/reload/files_seen.hpp"

#include "config/glob.hpp"

#include <sys/stat.h>

namespace jobhost::host {

namespace {

namespace fs = std::filesystem;

std::int64_t nanoseconds(const timespec& time) {
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

void look_at(const fs::path& file, FilesSeen& seen) {
    if (const auto mark = mark_of(file)) seen[file] = *mark;
}

void add_with_parent(const fs::path& folder, std::set<fs::path>& folders) {
    folders.insert(folder);
    folders.insert(folder.parent_path());
    std::error_code error;
    const fs::path real = fs::canonical(folder, error);
    if (!error) folders.insert(real.parent_path());
}

}  // namespace

std::optional<FileMark> mark_of(const fs::path& file) {
    struct stat found {};
    const bool is_there = ::stat(file.c_str(), &found) == 0 || ::lstat(file.c_str(), &found) == 0;
    if (!is_there || S_ISDIR(found.st_mode)) return std::nullopt;
    return FileMark{.device = found.st_dev,
                    .number = found.st_ino,
                    .size = static_cast<std::uint64_t>(found.st_size),
                    .written = nanoseconds(found.st_mtim),
                    .changed = nanoseconds(found.st_ctim)};
}

FilesSeen look_at_files(const config::Configuration& configuration) {
    FilesSeen seen;
    look_at(configuration.file, seen);
    for (const std::string& pattern : configuration.settings.definitions)
        for (const fs::path& file : config::expand(pattern))
            look_at(file, seen);
    return seen;
}

bool were_written(const FilesSeen& before, const FilesSeen& after) {
    for (const auto& [file, mark] : before) {
        const auto now = after.find(file);
        if (now == after.end()) return true;
        const bool is_same_file = now->second.device == mark.device && now->second.number == mark.number;
        if (is_same_file && now->second != mark) return true;
    }
    return false;
}

std::set<fs::path> folders_of_files(const config::Configuration& configuration) {
    std::set<fs::path> folders;
    add_with_parent(configuration.folder, folders);
    for (const std::string& pattern : configuration.settings.definitions) {
        for (const fs::path& folder : config::expand(fs::path{pattern}.parent_path().string()))
            add_with_parent(folder, folders);
        // Through a link the file itself lies elsewhere.
        for (const fs::path& file : config::expand(pattern)) {
            std::error_code error;
            const fs::path real = fs::canonical(file, error);
            if (!error && real != file) add_with_parent(real.parent_path(), folders);
        }
    }
    return folders;
}

}  // namespace jobhost::host
