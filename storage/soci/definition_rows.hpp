// Definitions as rows of the database.
#pragma once

#include "storage/definition_store.hpp"
#include "storage/soci/session.hpp"

#include <optional>
#include <string>

namespace jobhost::storage {

struct DefinitionRow {
    StoredDefinition stored;
    std::string body;
    bool is_retired = false;
};

struct PauseColumns {
    std::optional<long long> at;
    std::optional<long long> until;
    std::string by;
    std::string reason;
};

StoredDefinition stored_definition(long long id, std::string name, std::string source, long long revision,
                                   const std::string& body, std::optional<long long> next_at,
                                   PauseColumns pause);
std::optional<DefinitionRow> find_row(Session& session, const std::string& name);

bool is_paused(const StoredDefinition& stored, TimePoint now);
// When a schedule that starts now is first due.
std::optional<TimePoint> first_due(const Definition& definition, const std::optional<DefinitionPause>& pause,
                                   TimePoint now);

}  // namespace jobhost::storage
