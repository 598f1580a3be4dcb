// The definition files of a host, as the database knows them.
#pragma once

#include "config/load.hpp"
#include "storage/source_store.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace jobhost::host {

std::vector<storage::SourceDefinitions> sources_of(const config::Configuration& configuration);
// The same with the digests of their texts.
std::vector<storage::SourceFile> files_of(const config::Configuration& configuration);
// Where their files lie, by the names that they have there.
std::map<std::string, std::filesystem::path> folders_of(const config::Configuration& configuration);

// Where the file of a source would lie below the folder of the host file; nothing: it belongs to another
// application.
std::optional<std::filesystem::path> file_of(const std::string& source, const std::string& application,
                                             const std::filesystem::path& folder);

}  // namespace jobhost::host
