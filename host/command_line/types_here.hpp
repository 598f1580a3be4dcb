// Which job types there are: what live servers have registered, and what lies in the plugins folder.
#pragma once

#include "config/load.hpp"
#include "host/plugin/catalog.hpp"
#include "host/requests/surroundings.hpp"
#include "host/requests/type_registry.hpp"
#include "storage/server_store.hpp"

#include <optional>
#include <string>
#include <vector>

namespace jobhost::host {

// Looks into the plugins folder, which runs each plugin once, only when the registry does not know a type.
// Schemas that cannot be used are told on standard error.
class TypesHere final : public KnownTypes {
public:
    // Both outlive this. `servers` may be null: then only the folder counts.
    TypesHere(const config::Configuration& configuration, storage::ServerStore* servers);

    std::optional<int> payload_version(const std::string& type) override;
    std::vector<std::string> problems_of(const std::string& type, std::string_view arguments) override;
    bool is_permitted(const std::string&) override { return true; }  // whoever has the files may do anything
    // Tells also of a plugin that is refused and might have it.
    std::string unknown_text(const std::string& type) override;

private:
    void read_registry();
    void read_folder();

    const config::Configuration& configuration_;
    storage::ServerStore* servers_;
    TypeRegistry types_;
    std::vector<RefusedPlugin> refused_;
    bool has_registry_ = false;
    bool has_folder_ = false;
};

}  // namespace jobhost::host
