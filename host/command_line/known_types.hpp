// Which job types there are: what live servers have registered, and what lies in the plugins folder.
#pragma once

#include "config/load.hpp"
#include "host/plugin/catalog.hpp"
#include "storage/server_store.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace jobhost::host {

// Looks into the plugins folder, which runs each plugin once, only when the registry does not know a type.
class KnownTypes {
public:
    // Both outlive this. `servers` may be null: then only the folder counts.
    KnownTypes(const config::Configuration& configuration, storage::ServerStore* servers)
        : configuration_{configuration}, servers_{servers} {}

    // The payload version to stamp jobs of that type with; nothing: nobody knows the type.
    std::optional<int> payload_version(const std::string& type);
    // "no plugin has the job type 'mail.sned'; did you mean 'mail.send'?", or a plugin that is refused and
    // might have it.
    std::string unknown_text(const std::string& type);

private:
    void read_registry();
    void read_folder();

    const config::Configuration& configuration_;
    storage::ServerStore* servers_;
    std::map<std::string, int> versions_;
    std::vector<RefusedPlugin> refused_;
    bool has_registry_ = false;
    bool has_folder_ = false;
};

}  // namespace jobhost::host
