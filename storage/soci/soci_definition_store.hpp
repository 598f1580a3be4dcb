#pragma once

#include "storage/definition_store.hpp"
#include "storage/soci/changes.hpp"

namespace jobhost::storage {

class SociDefinitionStore final : public DefinitionStore {
public:
    // Outlives the store.
    explicit SociDefinitionStore(Changes& changes) : changes_{changes}, database_{changes.database()} {}

    Applied apply(const std::string& application, const std::string& server,
                  std::span<const SourceDefinitions> sources) override;
    std::vector<StoredDefinition> list() override;
    std::optional<StoredDefinition> find(const std::string& name) override;
    std::size_t fire(std::span<const Firing> firings) override;

private:
    static void fire(Change& change, const Firing& firing);

    Changes& changes_;
    Database& database_;
};

}  // namespace jobhost::storage
