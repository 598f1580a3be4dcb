#pragma once

#include "storage/definition_store.hpp"
#include "storage/soci/changes.hpp"

namespace jobhost::storage {

class SociDefinitionStore final : public DefinitionStore {
public:
    // Outlives the store.
    explicit SociDefinitionStore(Changes& changes) : changes_{changes}, database_{changes.database()} {}

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
    Changes& changes_;
    Database& database_;
};

}  // namespace jobhost::storage
