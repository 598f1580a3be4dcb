#pragma once

#include "storage/definition_store.hpp"
#include "storage/soci/database.hpp"
#include "storage/soci/job_inserter.hpp"

namespace jobhost::storage {

class SociDefinitionStore final : public DefinitionStore {
public:
    // All must outlive the store.
    SociDefinitionStore(Database& database, NameCache& names, JobInserter& inserter)
        : database_{database}, names_{names}, inserter_{inserter} {}

    Applied apply(const std::string& application, const std::string& server,
                  std::span<const SourceDefinitions> sources) override;
    std::vector<StoredDefinition> list() override;
    std::optional<StoredDefinition> find(const std::string& name) override;
    std::size_t fire(std::span<const Firing> firings) override;

private:
    Database& database_;
    NameCache& names_;
    JobInserter& inserter_;
};

}  // namespace jobhost::storage
