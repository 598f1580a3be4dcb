// Definitions of the reference model.
#pragma once

#include "storage/definition_store.hpp"
#include "tests/storage/model_store/model_database.hpp"

namespace jobhost::storage::model {

// Whether a source that is not among those given is gone; asked with who applied it last.
using IsGone = std::function<bool(const std::string& source, const std::string& applied_by)>;
Applied apply_sources(ModelDatabase& database, TimePoint now, const std::string& server,
                      std::span<const SourceDefinitions> sources, const IsGone& is_gone);

class ModelDefinitionStore final : public DefinitionStore {
public:
    explicit ModelDefinitionStore(Opened& opened) : opened_{opened} {}

    std::vector<StoredDefinition> list() override;
    std::optional<StoredDefinition> find(const std::string& name) override;
    DueDefinitions due(std::size_t limit) override;
    std::size_t fire(std::span<const Firing> firings) override;
    bool pause(const std::string& name, const std::string& by, const std::string& reason,
               std::optional<TimePoint> until) override;
    bool resume(const std::string& name, const std::string& by) override;
    std::vector<Inserted> hand_in(const Extra& extra) override;

private:
    Opened& opened_;
};

}  // namespace jobhost::storage::model
