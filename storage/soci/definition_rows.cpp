#include "storage/soci/definition_rows.hpp"

#include "storage/model_json.hpp"
#include "storage/soci/instants.hpp"
#include "storage/storage_error.hpp"

#include <boost/json.hpp>

namespace jobhost::storage {

namespace {

namespace json = boost::json;

void read_body(StoredDefinition& stored, const std::string& name, const std::string& body) {
    try {
        stored.definition = definition_from_json(body);
    } catch (const StorageError& error) {
        stored.unreadable = std::string{error.what()} +
                            " (a newer jobhost, or one whose machine knows more time zones, wrote it: update "
                            "this one, or change the definition)";
        stored.definition.name = name;
        stored.definition.after = after_from_unreadable(body);
    }
}

// Calls `take` with the name and the row of each.
template <class Take>
void read_rows(Session& session, std::string_view statement, const Parameters& values, const Take& take) {
    using Maybe = std::optional<long long>;
    for (auto& [id, name, source, revision, body, next_at, retired_at, paused_at, paused_until, paused_by,
                reason, missed_first, missed_last] :
         session.rows<long long, std::string, std::string, long long, std::string, Maybe, Maybe, Maybe, Maybe,
                      std::string, std::string, Maybe, Maybe>(statement, values)) {
        DefinitionRow row;
        row.stored = {DefinitionId{id}, std::move(source), revision, instant(next_at), {}};
        if (paused_at)
            row.stored.pause = {instant(*paused_at), instant(paused_until), std::move(paused_by),
                                std::move(reason)};
        if (missed_first && missed_last) row.stored.missed = {instant(*missed_first), instant(*missed_last)};
        read_body(row.stored, name, body);
        row.body = std::move(body);
        row.stored.retired_at = instant(retired_at);
        take(name, std::move(row));
    }
}

}  // namespace

std::vector<StoredDefinition> list_definitions(Session& session) {
    std::vector<StoredDefinition> found;
    read_rows(session, "definition_list", {},
              [&](const std::string&, DefinitionRow row) { found.push_back(std::move(row.stored)); });
    return found;
}

std::map<std::string, DefinitionRow> find_rows(Session& session, std::span<const std::string> names) {
    json::array rows;
    for (const std::string& name : names)
        rows.push_back(json::object{{"name", name}});
    std::map<std::string, DefinitionRow> found;
    read_rows(
        session, "definition_find", {{"rows", json::serialize(rows)}},
        [&](const std::string& name, DefinitionRow row) { found.insert_or_assign(name, std::move(row)); });
    return found;
}

std::optional<StoredDefinition> find_definition(Session& session, const std::string& name) {
    auto found = find_rows(session, {&name, 1});
    if (found.empty() || found.begin()->second.stored.retired_at) return std::nullopt;
    return std::move(found.begin()->second.stored);
}

std::optional<TimePoint> first_due(const Definition& definition, const std::optional<DefinitionPause>& pause,
                                   TimePoint now) {
    if (!definition.schedule || (pause && !pause->until)) return std::nullopt;
    if (pause && *pause->until > now) return definition.schedule->next(*pause->until - Duration{1});
    return definition.schedule->next(now);
}

}  // namespace jobhost::storage
