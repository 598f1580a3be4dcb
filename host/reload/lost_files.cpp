#include "host/reload/lost_files.hpp"

#include "config/glob.hpp"
#include "host/scheduling/sources.hpp"

#include <algorithm>

namespace jobhost::host {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostNames = 10;

bool lies_in(const fs::path& file, const fs::path& folder) {
    return std::ranges::mismatch(folder, file).in1 == folder.end();
}

// A file in its place is none.
bool is_any_folder(const std::vector<fs::path>& found) {
    return std::ranges::any_of(found, [](const fs::path& path) {
        std::error_code error;
        return fs::is_directory(path, error);
    });
}

}  // namespace

std::vector<config::ConfigError> lost_folders(const config::Configuration& configuration,
                                              const std::string& application,
                                              const std::set<std::string>& known) {
    std::vector<config::ConfigError> errors;
    for (const std::string& pattern : configuration.settings.definitions) {
        const std::string folder = fs::path{pattern}.parent_path().string();
        if (!config::has_wildcard(pattern) || is_any_folder(config::expand(folder))) continue;
        std::string names;
        std::size_t count = 0;
        for (const std::string& source : known) {
            const auto file = file_of(source, application, configuration.folder);
            if (!file || !config::matches(pattern, *file)) continue;
            if (++count <= kMostNames) names += (count == 1 ? "" : ", ") + source;
        }
        if (count == 0) continue;
        if (count > kMostNames) names += ", ...";
        errors.push_back({{configuration.file.string()},
                          "definitions",
                          "the folder '" + folder + "' is gone, and with it " + names,
                          "bring it back; if these are to be retired: make it, empty, or say jobhost config "
                          "apply --retire SOURCE for each"});
    }
    return errors;
}

std::set<std::string> brought_by(const config::ServerSettings& server,
                                 const std::vector<storage::SourceRevision>& revisions) {
    std::set<std::string> sources;
    for (const storage::SourceRevision& held : revisions)
        if (!held.digest.empty() && held.applied_by == server.name &&
            held.source.starts_with(server.application + "/"))
            sources.insert(held.source);
    return sources;
}

bool were_right(const config::LoadResult& result, const std::vector<storage::SourceRevision>& revisions) {
    if (!result.host) return false;
    std::vector<fs::path> held;
    const std::string& application = result.host->settings.server.application;
    for (const storage::SourceRevision& revision : revisions) {
        const auto file = file_of(revision.source, application, result.host->folder);
        if (file && !revision.digest.empty()) held.push_back(*file);
    }
    const auto was_there = [&](const fs::path& lost) {
        return std::ranges::any_of(held, [&](const fs::path& file) { return lies_in(file, lost); });
    };
    const auto was_right = [&](const config::ConfigError& error) {
        const std::vector<config::Source>& sources = result.host->sources;
        const auto at = std::ranges::find(sources, error.where.file, &config::Source::shown);
        return at == sources.end() || std::ranges::find(held, at->file) != held.end();
    };
    return std::ranges::all_of(result.lost, was_there) &&
           std::ranges::all_of(std::get<1>(result.outcome), was_right);
}

}  // namespace jobhost::host
