#include "host/scheduling/sources.hpp"

#include "storage/digest.hpp"

namespace jobhost::host {

namespace {

// The same on every machine.
std::string name_of(const config::Configuration& configuration, const config::Source& source) {
    return configuration.settings.server.application + "/" + source.name;
}

}  // namespace

std::vector<storage::SourceDefinitions> sources_of(const config::Configuration& configuration) {
    std::vector<storage::SourceDefinitions> sources;
    for (const config::Source& source : configuration.sources) {
        storage::SourceDefinitions& given = sources.emplace_back();
        given.source = name_of(configuration, source);
        for (const config::PlacedDefinition& placed : source.definitions)
            given.definitions.push_back(placed.definition);
    }
    return sources;
}

std::vector<storage::SourceFile> files_of(const config::Configuration& configuration) {
    std::vector<storage::SourceFile> files;
    for (storage::SourceDefinitions& definitions : sources_of(configuration))
        files.push_back({std::move(definitions), storage::sha256(configuration.sources[files.size()].text)});
    return files;
}

std::map<std::string, std::filesystem::path> folders_of(const config::Configuration& configuration) {
    std::map<std::string, std::filesystem::path> folders;
    for (const config::Source& source : configuration.sources)
        folders.emplace(name_of(configuration, source), source.file.parent_path());
    return folders;
}

std::optional<std::filesystem::path> file_of(const std::string& source, const std::string& application,
                                             const std::filesystem::path& folder) {
    const std::string prefix = application + "/";
    if (!source.starts_with(prefix)) return std::nullopt;
    return (folder / source.substr(prefix.size())).lexically_normal();
}

}  // namespace jobhost::host
