// Definitions of the reference model.
#pragma once

#include "storage/definition_store.hpp"
#include "tests/storage/model_store/model_database.hpp"

namespace jobhost::storage::model {

Applied apply_sources(ModelDatabase& database, TimePoint now, std::span<const SourceDefinitions> sources,
                      const std::set<std::string>& gone);

class ModelDefinitionStore final : public DefinitionStore {
public:
    explicit ModelDefinitionStore(Opened& opened) : opened_{opened} {}

    std::vector<StoredDefinition> list() override;
    std::optional<StoredDefinition> find(const std::string& name) override;
    std::optional<StoredDefinition> find_retired(const std::string& name) override;
    DueDefinitions due(std::size_t limit) override;
    std::size_t fire(std::span<const Firing> firings) override;
    bool has_open_run(std::span<const DefinitionId> definitions) override;
    bool may_stage(const Staging& staging, Duration length) override;
    bool pause(const std::string& name, const std::string& by, const std::string& reason,
               std::optional<TimePoint> until) override;
    bool resume(const std::string& name, const std::string& by) override;
    std::vector<TimePoint> backfilled(const std::string& name, TimePoint from, TimePoint to) override;
    std::vector<Inserted> hand_in(const Extra& extra) override;

private:
    Opened& opened_;
};

}  // namespace jobhost::storage::model
