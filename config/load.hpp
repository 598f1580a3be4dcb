// From files to values: the one entrance to this room.
#pragma once

#include "config/config_error.hpp"
#include "config/placed_text.hpp"
#include "config/settings.hpp"
#include "storage/model/definition.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace jobhost::config {

struct PlacedDefinition {
    Definition definition;
    Position where;                 // of its name
    std::string path;               // "jobs.nightly-backup"
    std::vector<PlacedText> types;  // of its job, or of all jobs of its batch
};

// One definition file.
struct Source {
    std::string name;  // path relative to the host file's folder, with '/': the same on every machine
    std::filesystem::path file;                 // absolute
    std::string shown;                          // as errors name it
    std::string text;                           // as read, without a byte order mark
    std::vector<PlacedDefinition> definitions;  // in the order of the file; names are unique over all sources
};

struct Configuration {
    Settings settings;
    std::filesystem::path file;    // the host file, absolute
    std::filesystem::path folder;  // where it lies
    std::vector<Source> sources;   // in the order of the patterns, then of names
};

struct LoadResult {
    std::variant<Configuration, std::vector<ConfigError>> outcome;
    std::vector<ConfigError> warnings;  // also when there are errors
    // When all errors lie in definition files, or are that such files are `lost`: what the host file says.
    // Its sources are all that were found, and hold no definitions.
    std::optional<Configuration> host;
    // Folders that cannot be read, and files that are named and not there, absolute: an error each.
    std::vector<std::filesystem::path> lost;
};

// Texts to take in place of what lies on the disk, by absolute path; nothing: as if no such file were there.
using HeldFiles = std::map<std::filesystem::path, std::optional<std::string>>;

// Reads `host_file` and the definition files that it names. Either everything is right or all errors are
// there, sorted. Reads files and the host name, writes nothing, throws nothing of its own. Thread-safe.
// `held`: of definition files.
LoadResult load(const std::filesystem::path& host_file, const HeldFiles& held = {});
// The same of the host file alone: definition files are not looked for, and there are no sources.
LoadResult load_host_file(const std::filesystem::path& host_file);

}  // namespace jobhost::config
