// A storage whose firings are remembered instead of made.
#pragma once

#include "storage/storage.hpp"
#include "tests/host/scheduling/recording_workflows.hpp"

namespace jobhost::host {

class RecordedFirings final : public storage::Storage, private storage::DefinitionStore {
public:
    explicit RecordedFirings(storage::Storage& real) : real_{real} {}

    std::vector<storage::Firing> fired;
    RecordingWorkflows recorded_workflows;
    DefinitionId refused;    // whose firings the database refuses
    bool is_away = false;    // the database, whenever something is to fire
    std::string unreadable;  // the definition that this host cannot read

    storage::JobStore& jobs() noexcept override { return real_.jobs(); }
    storage::JobQueries& queries() noexcept override { return real_.queries(); }
    storage::ServerStore& servers() noexcept override { return real_.servers(); }
    storage::DefinitionStore& definitions() noexcept override { return *this; }
    storage::UpkeepStore& upkeep() noexcept override { return real_.upkeep(); }
    storage::WorkflowStore& workflows() noexcept override { return recorded_workflows; }
    storage::OperationStore& operations() noexcept override { return real_.operations(); }
    storage::LimitStore& limits() noexcept override { return real_.limits(); }
    storage::RunStore& runs() noexcept override { return real_.runs(); }
    storage::SourceStore& sources() noexcept override { return real_.sources(); }
    std::unique_ptr<storage::Wakeups> watch() override { return real_.watch(); }

private:
    storage::Applied apply(const std::string& application, const std::string& server,
                           std::span<const storage::SourceDefinitions> sources) override {
        return real_.definitions().apply(application, server, sources);
    }
    std::vector<storage::StoredDefinition> list() override {
        std::vector<storage::StoredDefinition> stored = real_.definitions().list();
        for (storage::StoredDefinition& each : stored)
            if (each.definition.name == unreadable) {
                each.unreadable = "it is newer";
                Definition told;
                told.name = unreadable;
                told.after = each.definition.after;
                each.definition = told;
            }
        return stored;
    }
    std::optional<storage::StoredDefinition> find(const std::string& name) override {
        return real_.definitions().find(name);
    }
    // Moves the cursors.
    std::size_t fire(std::span<const storage::Firing> firings) override {
        if (is_away) throw storage::StorageError{storage::StorageError::Kind::unavailable, "it is away"};
        for (const storage::Firing& firing : firings)
            if (firing.definition == refused)
                throw storage::StorageError{storage::StorageError::Kind::refused, "its key is taken"};
        fired.insert(fired.end(), firings.begin(), firings.end());
        for (storage::Firing firing : firings) {
            firing.jobs.clear();
            firing.batches.clear();
            firing.opens.clear();
            real_.definitions().fire({&firing, 1});
        }
        return firings.size();
    }

    storage::Storage& real_;
};

}  // namespace jobhost::host
