// Which job types there are: what live servers have registered, and what lies in the plugins folder.
#pragma once

#include "config/load.hpp"
#include "host/arguments/arguments_schema.hpp"
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
    // What in `arguments` (JSON) does not fit that type; empty: they do, or nobody can tell. While servers
    // run several builds of a plugin, what fits one of them fits.
    std::vector<std::string> problems_of(const std::string& type, std::string_view arguments);
    // "no plugin has the job type 'mail.sned'; did you mean 'mail.send'?", or a plugin that is refused and
    // might have it.
    std::string unknown_text(const std::string& type);

private:
    struct Known {
        int payload_version = 1;
        std::vector<std::string> schemas;  // of that version; an empty one takes anything
        std::optional<std::vector<ArgumentsSchema>> read_schemas;  // once they were needed
    };

    void read_registry();
    void read_folder();
    void add(const std::string& type, int payload_version, const std::string& schema);
    const std::vector<ArgumentsSchema>& schemas_of(const std::string& type, Known& known);

    const config::Configuration& configuration_;
    storage::ServerStore* servers_;
    std::map<std::string, Known> types_;
    std::vector<RefusedPlugin> refused_;
    bool has_registry_ = false;
    bool has_folder_ = false;
};

}  // namespace jobhost::host
