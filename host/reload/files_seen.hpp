// Whether files have changed, without reading them.
#pragma once

#include "config/load.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>

namespace jobhost::host {

// What the system says of a file. A file that was written has another one, unless it was written twice within
// a few milliseconds.
struct FileMark {
    std::uint64_t device = 0;
    std::uint64_t number = 0;  // of its inode
    std::uint64_t size = 0;
    std::int64_t written = 0;  // nanoseconds
    std::int64_t changed = 0;
    friend bool operator==(const FileMark&, const FileMark&) = default;
};
// Links followed, as far as they lead somewhere. Nothing: there is no file.
std::optional<FileMark> mark_of(const std::filesystem::path& file);

using FilesSeen = std::map<std::filesystem::path, FileMark>;

// The host file and all that its patterns match, links followed.
FilesSeen look_at_files(const config::Configuration& configuration);

// Whether what was read between the two looks may be a part of something: a file was written where it is, or
// went. One in the place of which another was put was whole before and is whole now.
bool were_written(const FilesSeen& before, const FilesSeen& after);

// Folders in which a change may be one of these files: those in which they lie or would lie, and those around
// them, as a folder may be a link that is switched.
std::set<std::filesystem::path> folders_of_files(const config::Configuration& configuration);

}  // namespace jobhost::host
