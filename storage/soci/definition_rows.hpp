// Definitions as rows of the database.
#pragma once

#include "storage/definition_store.hpp"
#include "storage/soci/session.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace jobhost::storage {

struct DefinitionRow {
    StoredDefinition stored;
    std::string body;
};

// Those that are not retired, by name.
std::vector<StoredDefinition> list_definitions(Session& session);
// Those of these names that there are, retired ones included.
std::map<std::string, DefinitionRow> find_rows(Session& session, std::span<const std::string> names);
// Not retired.
std::optional<StoredDefinition> find_definition(Session& session, const std::string& name);

// When a schedule that starts now is first due.
std::optional<TimePoint> first_due(const Definition& definition, const std::optional<DefinitionPause>& pause,
                                   TimePoint now);

}  // namespace jobhost::storage
