#include "storage/soci/definition_rows.hpp"

#include "storage/model_json.hpp"
#include "storage/soci/instants.hpp"
#include "storage/storage_error.hpp"

namespace jobhost::storage {

StoredDefinition stored_definition(long long id, std::string name, std::string source, long long revision,
                                   const std::string& body, std::optional<long long> next_at,
                                   PauseColumns pause) {
    StoredDefinition stored{DefinitionId{id}, std::move(source), revision, instant(next_at), {}};
    if (pause.at)
        stored.pause = {instant(*pause.at), instant(pause.until), std::move(pause.by),
                        std::move(pause.reason)};
    try {
        stored.definition = definition_from_json(body);
    } catch (const StorageError& error) {
        stored.unreadable = std::string{error.what()} +
                            " (a newer jobhost, or one whose machine knows more time zones, wrote it: update "
                            "this one, or change the definition)";
        stored.definition.name = std::move(name);
        stored.definition.after = after_from_unreadable(body);
    }
    return stored;
}

std::optional<DefinitionRow> find_row(Session& session, const std::string& name) {
    using Maybe = std::optional<long long>;
    auto found = session.rows<long long, std::string, long long, std::string, Maybe, Maybe, Maybe, Maybe,
                              std::string, std::string>("definition_find", {{"name", name}});
    if (found.empty()) return std::nullopt;
    auto& [id, source, revision, body, next_at, retired_at, paused_at, until, by, reason] = found.front();
    DefinitionRow row;
    row.stored = stored_definition(id, name, std::move(source), revision, body, next_at,
                                   {paused_at, until, std::move(by), std::move(reason)});
    row.body = std::move(body);
    row.is_retired = retired_at.has_value();
    return row;
}

bool is_paused(const StoredDefinition& stored, TimePoint now) {
    return stored.pause && (!stored.pause->until || *stored.pause->until > now);
}

std::optional<TimePoint> first_due(const Definition& definition, const std::optional<DefinitionPause>& pause,
                                   TimePoint now) {
    if (!definition.schedule || (pause && !pause->until)) return std::nullopt;
    if (pause && *pause->until > now) return definition.schedule->next(*pause->until - Duration{1});
    return definition.schedule->next(now);
}

}  // namespace jobhost::storage
