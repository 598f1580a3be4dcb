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
    storage::ServerCommandStore& server_commands() noexcept override { return real_.server_commands(); }
    std::unique_ptr<storage::Wakeups> watch() override { return real_.watch(); }
    TimePoint now() override { return real_.now(); }

private:
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
    std::optional<storage::StoredDefinition> find_retired(const std::string& name) override {
        return real_.definitions().find_retired(name);
    }
    bool has_open_run(std::span<const DefinitionId> definitions) override {
        return real_.definitions().has_open_run(definitions);
    }
    bool may_stage(const storage::Staging& staging, Duration length) override {
        return real_.definitions().may_stage(staging, length);
    }
    std::vector<TimePoint> backfilled(const std::string& name, TimePoint from, TimePoint to) override {
        return real_.definitions().backfilled(name, from, to);
    }
    storage::DueDefinitions due(std::size_t limit) override {
        storage::DueDefinitions found = real_.definitions().due(limit);
        if (unreadable != last_unreadable_) ++changes_;
        last_unreadable_ = unreadable;
        found.change += 1000 * changes_;
        return found;
    }
    bool pause(const std::string& name, const std::string& by, const std::string& reason,
               std::optional<TimePoint> until) override {
        return real_.definitions().pause(name, by, reason, until);
    }
    bool resume(const std::string& name, const std::string& by) override {
        return real_.definitions().resume(name, by);
    }
    std::vector<Inserted> hand_in(const storage::Extra& extra) override {
        return real_.definitions().hand_in(extra);
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
    std::string last_unreadable_;
    std::int64_t changes_ = 0;
};

}  // namespace jobhost::host
