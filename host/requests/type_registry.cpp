#include "host/requests/type_registry.hpp"

#include "config/nearest_name.hpp"
#include "config/values.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace jobhost::host {

void TypeRegistry::add(const storage::ServedType& served) {
    if (served.is_older) return;
    const auto [at, is_new] =
        types_.try_emplace(served.type, Known{.payload_version = served.payload_version});
    Known& known = at->second;
    known.is_privileged = known.is_privileged || served.is_privileged;
    if (served.payload_version > known.payload_version) return;
    if (served.payload_version < known.payload_version) known.schemas.clear();
    known.payload_version = served.payload_version;
    if (std::ranges::find(known.schemas, served.arguments_schema) == known.schemas.end())
        known.schemas.push_back(served.arguments_schema);
    known.read_schemas.reset();
}

// Schemas that have stayed are not read again.
void TypeRegistry::replace_by(std::span<const storage::ServedType> served) {
    std::map<std::string, Known> before = std::exchange(types_, {});
    for (const storage::ServedType& one : served)
        add(one);
    for (auto& [type, known] : types_)
        if (const auto same = before.find(type);
            same != before.end() && same->second.schemas == known.schemas)
            known.read_schemas = std::move(same->second.read_schemas);
}

std::optional<int> TypeRegistry::payload_version(const std::string& type) const {
    const auto found = types_.find(type);
    return found == types_.end() ? std::nullopt : std::optional{found->second.payload_version};
}

bool TypeRegistry::is_privileged(const std::string& type) const {
    const auto found = types_.find(type);
    return found != types_.end() && found->second.is_privileged;
}

std::vector<std::string> TypeRegistry::problems_of(const std::string& type, std::string_view arguments) {
    std::vector<std::string> problems;
    const auto found = types_.find(type);
    if (found == types_.end()) return problems;
    for (const ArgumentsSchema& schema : schemas_of(type, found->second)) {
        problems = schema.problems_of(arguments);
        if (problems.empty()) break;
    }
    return problems;
}

const std::vector<ArgumentsSchema>& TypeRegistry::schemas_of(const std::string& type, Known& known) {
    if (known.read_schemas) return *known.read_schemas;
    known.read_schemas.emplace();
    if (std::ranges::find(known.schemas, "") != known.schemas.end()) return *known.read_schemas;
    for (const std::string& schema : known.schemas) {
        try {
            known.read_schemas->emplace_back(schema);
        } catch (const std::invalid_argument& error) {
            unusable_(type, error.what());
            known.read_schemas->clear();
            break;
        }
    }
    return *known.read_schemas;
}

std::string TypeRegistry::nearest(const std::string& type) const {
    std::vector<std::string_view> names;
    for (const auto& [name, known] : types_)
        names.push_back(name);
    return config::did_you_mean(type, names, "; ");
}

}  // namespace jobhost::host
