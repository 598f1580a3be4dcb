#include "storage/soci/soci_definition_store.hpp"

#include "storage/model_json.hpp"
#include "storage/soci/batch_start.hpp"
#include "storage/soci/instants.hpp"
#include "storage/soci/job_inserter.hpp"
#include "storage/soci/submission_check.hpp"
#include "storage/storage_error.hpp"

#include <algorithm>
#include <set>

namespace jobhost::storage {

namespace {

struct DefinitionRow {
    StoredDefinition stored;
    std::string body;
    bool is_retired = false;
};

StoredDefinition stored_definition(long long id, std::string name, std::string source, long long revision,
                                   const std::string& body, std::optional<long long> next_at) {
    StoredDefinition stored{DefinitionId{id}, std::move(source), revision, instant(next_at), {}};
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
    auto found = session.rows<long long, std::string, long long, std::string, std::optional<long long>,
                              std::optional<long long>>("definition_find", {{"name", name}});
    if (found.empty()) return std::nullopt;
    auto& [id, source, revision, body, next_at, retired_at] = found.front();
    DefinitionRow row;
    row.stored = stored_definition(id, name, std::move(source), revision, body, next_at);
    row.body = std::move(body);
    row.is_retired = retired_at.has_value();
    return row;
}

std::optional<TimePoint> first_due(const Definition& definition, TimePoint now) {
    if (!definition.schedule) return std::nullopt;
    return definition.schedule->next(now);
}

// One apply: who applies, from where, and when.
class SourceWriter {
public:
    SourceWriter(Session& session, std::string application, std::string server, TimePoint now)
        : session_{session}, prefix_{std::move(application) + "/"}, server_{std::move(server)}, now_{now} {}

    Applied apply(std::span<const SourceDefinitions> sources) {
        for (const SourceDefinitions& source : sources)
            given_.insert(source.source);
        std::set<std::string> ours = names_of_ours();
        for (const SourceDefinitions& source : sources)
            for (const Definition& definition : source.definitions) {
                put(source.source, definition, ours.contains(definition.name));
                ours.erase(definition.name);
            }
        for (const std::string& name : ours)
            session_.execute("definition_retire", {{"name", name}, {"now", micros(now_)}});
        applied_.retired = ours.size();
        return applied_;
    }

private:
    // What this server's files may change: whatever lies in them, or lay in those that are gone.
    std::set<std::string> names_of_ours() {
        std::set<std::string> names;
        for (auto& [name, source, applied_by] :
             session_.rows<std::string, std::string, std::string>("definition_owner_list"))
            if (given_.contains(source) || (applied_by == server_ && source.starts_with(prefix_)))
                names.insert(std::move(name));
        return names;
    }

    void put(const std::string& source, const Definition& definition, bool is_ours) {
        const auto row = find_row(session_, definition.name);
        if (!row) {
            insert(source, definition);
            ++applied_.added;
        } else if (!row->is_retired && !is_ours) {
            throw StorageError{StorageError::Kind::refused, "the definition '" + definition.name +
                                                                "' belongs to " + row->stored.source +
                                                                "; give one of them another name"};
        } else if (row->is_retired || row->stored.source != source || row->body != to_json(definition)) {
            change(source, *row, definition);
            ++(row->is_retired ? applied_.added : applied_.changed);
        }
    }

    void insert(const std::string& source, const Definition& definition) {
        session_.execute("definition_insert", {{"name", definition.name},
                                               {"source", source},
                                               {"server", server_},
                                               {"body", to_json(definition)},
                                               {"next_at", micros(first_due(definition, now_))},
                                               {"now", micros(now_)}});
    }

    void change(const std::string& source, const DefinitionRow& row, const Definition& definition) {
        // Only a changed schedule starts anew; otherwise what is due stays due.
        const bool keeps_schedule = !row.is_retired && row.stored.unreadable.empty() &&
                                    row.stored.definition.schedule == definition.schedule;
        const auto next_at = keeps_schedule ? row.stored.next_at : first_due(definition, now_);
        session_.execute("definition_change", {{"id", row.stored.id.value},
                                               {"source", source},
                                               {"server", server_},
                                               {"body", to_json(definition)},
                                               {"next_at", micros(next_at)},
                                               {"now", micros(now_)}});
    }

    Session& session_;
    const std::string prefix_;
    const std::string server_;
    const TimePoint now_;
    std::set<std::string> given_;
    Applied applied_;
};

}  // namespace

Applied SociDefinitionStore::apply(const std::string& application, const std::string& server,
                                   std::span<const SourceDefinitions> sources) {
    Applied applied;
    database_.write([&](Session& session) {
        applied = SourceWriter{session, application, server, session.now()}.apply(sources);
    });
    return applied;
}

std::vector<StoredDefinition> SociDefinitionStore::list() {
    std::vector<StoredDefinition> found;
    database_.read([&](Session& session) {
        for (auto& [id, name, source, revision, body, next_at] :
             session.rows<long long, std::string, std::string, long long, std::string,
                          std::optional<long long>>("definition_list"))
            found.push_back(
                stored_definition(id, std::move(name), std::move(source), revision, body, next_at));
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
    for (const Firing& firing : firings) {
        check_jobs(firing.jobs);
        check_submission(firing.batches, firing.jobs);
    }
    std::size_t fired = 0;
    changes_.write([&](Change& change) {
        fired = 0;
        for (const Firing& firing : firings) {
            const bool is_ours =
                change.session.execute("definition_move_cursor", {{"id", firing.definition.value},
                                                                  {"revision", firing.revision},
                                                                  {"seen", micros(firing.seen)},
                                                                  {"next_at", micros(firing.next)}}) == 1;
            if (!is_ours) continue;
            fire(change, firing);
            for (const BatchId batch : firing.opens)
                open_batch(change, batch);
            ++fired;
        }
    });
    return fired;
}

// Where jobs hang together, all of them are looked at at once; others one by one, as some instants may have
// had theirs.
void SociDefinitionStore::fire(Change& change, const Firing& firing) {
    if (!firing.batches.empty() || std::any_of(firing.jobs.begin(), firing.jobs.end(), has_more)) {
        submit(change, firing.batches, firing.jobs);
        return;
    }
    for (const NewJob& job : firing.jobs)
        insert_jobs(change, {&job, 1});
}

}  // namespace jobhost::storage
