// Files by pattern: `*`, `?` and `[a-z]` within one name, never over a '/'. A leading dot is matched by a dot
// only.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace jobhost::config {

// `pattern`, taken from `folder` unless it is absolute. In the result a backslash takes a wildcard its
// meaning, so that a folder may be called "[a]".
std::string absolute_pattern(const std::filesystem::path& folder, std::string_view pattern);

bool has_wildcard(std::string_view pattern);
// Of a set, as in "[a-z", that does not end within its name, and so matches nothing but itself.
bool has_open_bracket(std::string_view pattern);
// What a pattern without wildcards names.
std::filesystem::path plain_path(std::string_view pattern);

// Whether `file`, which need not be there, would be among what expand() finds.
bool matches(std::string_view pattern, const std::filesystem::path& file);

struct UnreadableFolder {
    std::filesystem::path folder;
    std::string problem;  // "Permission denied"
};

// What is there and matches the absolute `pattern`, in the order of names, also links to what is not there.
// Folders that are there and cannot be read hold nothing, and go to `unreadable`.
std::vector<std::filesystem::path> expand(std::string_view pattern,
                                          std::vector<UnreadableFolder>* unreadable = nullptr);

}  // namespace jobhost::config
