// Which definitions there are: those in the database, and those that only the files have so far.
#pragma once

#include "config/load.hpp"
#include "host/requests/surroundings.hpp"
#include "host/scheduling/source_folders.hpp"
#include "host/scheduling/sources.hpp"

#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

namespace jobhost::host {

// Reads them once.
class DefinitionsHere final : public KnownDefinitions {
public:
    // Both outlive this.
    DefinitionsHere(const config::Configuration& configuration, storage::DefinitionStore& store)
        : configuration_{configuration}, store_{store}, folders_{folders_of(configuration)} {}

    bool contains(const std::string& name) override;
    std::span<const storage::StoredDefinition> all() override;
    std::optional<std::filesystem::path> folder(const std::string& source) override {
        return folders_.find(source);
    }

private:
    const config::Configuration& configuration_;
    storage::DefinitionStore& store_;
    const SourceFolders folders_;
    std::optional<std::vector<storage::StoredDefinition>> all_;
    std::unordered_set<std::string> names_;  // of all of them
};

}  // namespace jobhost::host
