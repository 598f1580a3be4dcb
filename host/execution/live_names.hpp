// What running jobs can name when they hand in others. It is as old as a second at most.
#pragma once

#include "host/requests/surroundings.hpp"
#include "host/requests/type_registry.hpp"
#include "host/scheduling/source_folders.hpp"
#include "host/sync/boot_clock.hpp"
#include "storage/server_store.hpp"

#include <optional>
#include <vector>

namespace jobhost::host {

// Of all live servers. One thread.
class LiveTypes final : public KnownTypes {
public:
    // Both outlive this.
    LiveTypes(storage::ServerStore& servers, const BootClock& clock) : servers_{servers}, clock_{clock} {}

    std::optional<int> payload_version(const std::string& type) override;
    std::vector<std::string> problems_of(const std::string& type, std::string_view arguments) override;
    bool is_permitted(const std::string& type) override;
    std::string unknown_text(const std::string& type) override;

private:
    TypeRegistry& types();

    storage::ServerStore& servers_;
    const BootClock& clock_;
    TypeRegistry types_;
    std::optional<BootTime> read_at_;
};

// Those in the database. One thread.
class StoredDefinitions final : public KnownDefinitions {
public:
    // All outlive this.
    StoredDefinitions(storage::DefinitionStore& store, const BootClock& clock, const SourceFolders& folders)
        : store_{store}, clock_{clock}, folders_{folders} {}

    bool contains(const std::string& name) override { return store_.find(name).has_value(); }
    std::span<const storage::StoredDefinition> all() override;
    std::optional<std::filesystem::path> folder(const std::string& source) override {
        return folders_.find(source);
    }

private:
    storage::DefinitionStore& store_;
    const BootClock& clock_;
    const SourceFolders& folders_;
    std::vector<storage::StoredDefinition> all_;
    std::optional<BootTime> read_at_;
};

}  // namespace jobhost::host
