#include "config/glob.hpp"

#include <algorithm>
#include <fnmatch.h>

namespace jobhost::config {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSpecial = "*?[\\";

std::string escaped(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (kSpecial.find(c) != std::string_view::npos) result += '\\';
        result += c;
    }
    return result;
}

std::string unescaped(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 1 < text.size()) ++i;
        result += text[i];
    }
    return result;
}

std::vector<fs::path> matching(const fs::path& folder, const std::string& pattern,
                               std::vector<UnreadableFolder>* unreadable) {
    std::vector<fs::path> found;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
        if (fnmatch(pattern.c_str(), entry->path().filename().c_str(), FNM_PERIOD) == 0)
            found.push_back(entry->path());
    }
    const bool is_there =
        error != std::errc::no_such_file_or_directory && error != std::errc::not_a_directory;
    if (error && is_there && unreadable) unreadable->push_back({folder, error.message()});
    return found;
}

}  // namespace

std::string absolute_pattern(const fs::path& folder, std::string_view pattern) {
    if (pattern.starts_with('/')) return fs::path(pattern).lexically_normal().string();
    return (fs::path(escaped(folder.string())) / pattern).lexically_normal().string();
}

bool has_wildcard(std::string_view pattern) {
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] == '\\') {
            ++i;
        } else if (kSpecial.find(pattern[i]) != std::string_view::npos) {
            return true;
        }
    }
    return false;
}

// As fnmatch() reads them: a ']' that comes first, and one of a class such as [:alpha:], does not end the
// set.
bool has_open_bracket(std::string_view pattern) {
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] == '\\') {
            ++i;
            continue;
        }
        if (pattern[i] != '[') continue;
        if (i + 1 < pattern.size() && (pattern[i + 1] == '!' || pattern[i + 1] == '^')) ++i;
        if (i + 1 < pattern.size() && pattern[i + 1] == ']') ++i;
        for (++i; i < pattern.size() && pattern[i] != ']'; ++i) {
            if (pattern[i] == '/') return true;
            if (pattern.substr(i).starts_with("[:"))
                i = std::min(pattern.find(":]", i), pattern.size() - 1) + 1;
        }
        if (i >= pattern.size()) return true;
    }
    return false;
}

fs::path plain_path(std::string_view pattern) {
    return unescaped(pattern);
}

bool matches(std::string_view pattern, const fs::path& file) {
    return fnmatch(std::string{pattern}.c_str(), file.c_str(), FNM_PATHNAME | FNM_PERIOD) == 0;
}

std::vector<fs::path> expand(std::string_view pattern, std::vector<UnreadableFolder>* unreadable) {
    std::vector<fs::path> found{"/"};
    for (const fs::path& part : fs::path(pattern).relative_path()) {
        std::vector<fs::path> next;
        for (const fs::path& folder : found) {
            if (has_wildcard(part.string())) {
                std::ranges::move(matching(folder, part.string(), unreadable), std::back_inserter(next));
            } else {
                next.push_back(folder / unescaped(part.string()));
            }
        }
        found = std::move(next);
    }
    std::erase_if(found, [](const fs::path& path) {
        std::error_code error;
        return !fs::exists(fs::symlink_status(path, error));
    });
    std::ranges::sort(found);
    return found;
}

}  // namespace jobhost::config
