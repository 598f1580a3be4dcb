// Which definitions there are: those in the database, and those that only the files have so far.
#pragma once

#include "config/load.hpp"
#include "host/requests/surroundings.hpp"

namespace jobhost::host {

// Reads them once.
class DefinitionsHere final : public KnownDefinitions {
public:
    // Both outlive this.
    DefinitionsHere(const config::Configuration& configuration, storage::DefinitionStore& store)
        : configuration_{configuration}, store_{store} {}

    bool contains(const std::string& name) override;
    std::span<const storage::StoredDefinition> all() override;
    std::optional<std::filesystem::path> folder(const std::string& source) override;

private:
    const config::Configuration& configuration_;
    storage::DefinitionStore& store_;
    std::optional<std::vector<storage::StoredDefinition>> all_;
};

}  // namespace jobhost::host
