#include "storage/soci/soci_definition_store.hpp"

#include "storage/model_json.hpp"
#include "storage/soci/instants.hpp"
#include "storage/storage_error.hpp"

#include <set>

namespace jobhost::storage {

namespace {

struct DefinitionRow {
    StoredDefinition stored;
    std::string body;
    bool is_retired = false;
};

std::optional<DefinitionRow> find_row(Session& session, const std::string& name) {
    auto found = session.rows<long long, std::string, long long, std::string, std::optional<long long>,
                              std::optional<long long>>("definition_find", {{"name", name}});
    if (found.empty()) return std::nullopt;
    auto& [id, source, revision, body, next_at, retired_at] = found.front();
    DefinitionRow row;
    row.stored = {DefinitionId{id}, std::move(source), revision, instant(next_at),
                  definition_from_json(body)};
    row.body = std::move(body);
    row.is_retired = retired_at.has_value();
    return row;
}

std::optional<TimePoint> first_due(const Definition& definition, TimePoint now) {
    if (!definition.schedule) return std::nullopt;
    return next_due(*definition.schedule, now);
}

void insert(Session& session, const std::string& source, const Definition& definition, TimePoint now) {
    session.execute("definition_insert", {{"name", definition.name},
                                          {"source", source},
                                          {"body", to_json(definition)},
                                          {"next_at", micros(first_due(definition, now))},
                                          {"now", micros(now)}});
}

void change(Session& session, const std::string& source, const DefinitionRow& row,
            const Definition& definition, TimePoint now) {
    // Only a changed schedule starts anew; otherwise what is due stays due.
    const bool keeps_schedule = !row.is_retired && row.stored.definition.schedule == definition.schedule;
    const auto next_at = keeps_schedule ? row.stored.next_at : first_due(definition, now);
    session.execute("definition_change", {{"id", row.stored.id.value},
                                          {"source", source},
                                          {"body", to_json(definition)},
                                          {"next_at", micros(next_at)},
                                          {"now", micros(now)}});
}

}  // namespace

Applied SociDefinitionStore::apply(const std::string& source, std::span<const Definition> definitions) {
    Applied applied;
    database_.write([&](Session& session) {
        const TimePoint now = database_.now();
        std::set<std::string> gone;
        for (auto& [name] : session.rows<std::string>("definition_of_source", {{"source", source}}))
            gone.insert(std::move(name));
        for (const Definition& definition : definitions) {
            gone.erase(definition.name);
            const auto row = find_row(session, definition.name);
            if (!row) {
                insert(session, source, definition, now);
                ++applied.added;
            } else if (!row->is_retired && row->stored.source != source) {
                throw StorageError{StorageError::Kind::refused, "the definition '" + definition.name +
                                                                    "' belongs to " + row->stored.source +
                                                                    "; give one of them another name"};
            } else if (row->is_retired || row->body != to_json(definition)) {
                change(session, source, *row, definition, now);
                ++(row->is_retired ? applied.added : applied.changed);
            }
        }
        for (const std::string& name : gone)
            session.execute("definition_retire", {{"name", name}, {"now", micros(now)}});
        applied.retired = gone.size();
    });
    return applied;
}

std::vector<StoredDefinition> SociDefinitionStore::list() {
    std::vector<StoredDefinition> found;
    database_.read([&](Session& session) {
        for (auto& [id, source, revision, body, next_at] :
             session.rows<long long, std::string, long long, std::string, std::optional<long long>>(
                 "definition_list"))
            found.push_back({DefinitionId{id}, std::move(source), revision, instant(next_at),
                             definition_from_json(body)});
    });
    return found;
}

std::optional<StoredDefinition> SociDefinitionStore::find(const std::string& name) {
    std::optional<DefinitionRow> row;
    database_.read([&](Session& session) { row = find_row(session, name); });
    if (!row || row->is_retired) return std::nullopt;
    return std::move(row->stored);
}

std::size_t SociDefinitionStore::fire(std::span<const Firing> firings) {
    for (const Firing& firing : firings)
        JobInserter::check(firing.jobs);
    std::size_t fired = 0;
    NameCache::Draft draft;
    database_.write([&](Session& session) {
        const TimePoint now = database_.now();
        for (const Firing& firing : firings) {
            const bool is_ours =
                session.execute("definition_move_cursor", {{"id", firing.definition.value},
                                                           {"revision", firing.revision},
                                                           {"seen", micros(firing.seen)},
                                                           {"next_at", micros(firing.next)}}) == 1;
            if (!is_ours) continue;
            inserter_.insert(session, names_, draft, firing.jobs, now);
            ++fired;
        }
    });
    names_.remember(std::move(draft));
    return fired;
}

}  // namespace jobhost::storage
