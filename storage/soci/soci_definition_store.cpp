#include "storage/soci/soci_definition_store.hpp"

#include "storage/model_json.hpp"
#include "storage/soci/batch_start.hpp"
#include "storage/soci/command_rows.hpp"
#include "storage/soci/firings.hpp"
#include "storage/soci/instants.hpp"
#include "storage/soci/job_inserter.hpp"
#include "storage/soci/refusal.hpp"
#include "storage/soci/submission_check.hpp"
#include "storage/storage_error.hpp"
#include "storage/text.hpp"

#include <algorithm>
#include <set>

namespace jobhost::storage {

namespace {

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

// When a schedule that starts now is first due.
std::optional<TimePoint> first_due(const Definition& definition, const std::optional<DefinitionPause>& pause,
                                   TimePoint now) {
    if (!definition.schedule || (pause && !pause->until)) return std::nullopt;
    if (pause && *pause->until > now) return definition.schedule->next(*pause->until - Duration{1});
    return definition.schedule->next(now);
}

void put_pause(Session& session, const StoredDefinition& stored,
               const std::optional<DefinitionPause>& pause) {
    const auto next_at = first_due(stored.definition, pause, session.now());
    session.execute("definition_pause",
                    {{"id", stored.id.value},
                     {"next_at", micros(next_at)},
                     {"paused_at", pause ? std::optional{micros(pause->at)} : std::nullopt},
                     {"until", pause ? micros(pause->until) : std::nullopt},
                     {"by", pause ? pause->by : std::string{}},
                     {"reason", pause ? pause->reason : std::string{}}});
    session.execute("definition_raise_change");
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
        if (applied_.added + applied_.changed + applied_.retired > 0)
            session_.execute("definition_raise_change");
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
                                               {"next_at", micros(first_due(definition, {}, now_))},
                                               {"now", micros(now_)}});
    }

    void change(const std::string& source, const DefinitionRow& row, const Definition& definition) {
        // Only a changed schedule starts anew; otherwise what is due stays due.
        const bool keeps_schedule = !row.is_retired && row.stored.unreadable.empty() &&
                                    row.stored.definition.schedule == definition.schedule;
        const auto next_at =
            keeps_schedule ? row.stored.next_at : first_due(definition, row.stored.pause, now_);
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
        using Maybe = std::optional<long long>;
        for (auto& [id, name, source, revision, body, next_at, paused_at, until, by, reason] :
             session.rows<long long, std::string, std::string, long long, std::string, Maybe, Maybe, Maybe,
                          std::string, std::string>("definition_list"))
            found.push_back(stored_definition(id, std::move(name), std::move(source), revision, body, next_at,
                                              {paused_at, until, std::move(by), std::move(reason)}));
    });
    return found;
}

std::optional<StoredDefinition> SociDefinitionStore::find(const std::string& name) {
    std::optional<DefinitionRow> row;
    database_.read([&](Session& session) { row = find_row(session, name); });
    if (!row || row->is_retired) return std::nullopt;
    return std::move(row->stored);
}

DueDefinitions SociDefinitionStore::due(std::size_t limit) {
    DueDefinitions found;
    database_.read([&](Session& session) {
        found = {.now = session.now(), .change = 0, .due = {}, .next = {}};
        const long long now = micros(session.now());
        found.change = std::get<0>(session.rows<long long>("definition_change_number").at(0));
        for (const auto& [id, revision, next_at] : session.rows<long long, long long, long long>(
                 "definition_due", {{"now", now}, {"count", static_cast<long long>(limit)}}))
            found.due.push_back({DefinitionId{id}, revision, instant(next_at)});
        found.next = instant(
            std::get<0>(session.rows<std::optional<long long>>("definition_next", {{"now", now}}).at(0)));
    });
    return found;
}

std::size_t SociDefinitionStore::fire(std::span<const Firing> firings) {
    for (const Firing& firing : firings) {
        check_jobs(firing.jobs);
        check_submission(firing.batches, firing.jobs);
    }
    std::size_t fired = 0;
    changes_.write([&](Change& change) { fired = storage::fire(change, firings); });
    return fired;
}

bool SociDefinitionStore::pause(const std::string& name, const std::string& by, const std::string& reason,
                                std::optional<TimePoint> until) {
    check_asker(by);
    if (!is_storable(reason)) refuse("a reason must be UTF-8 without NUL");
    const CommandId command{changes_.ids().reserve(1)};
    bool is_there = false;
    database_.write([&](Session& session) {
        const auto row = find_row(session, name);
        is_there = row && !row->is_retired;
        if (!is_there) return;
        DefinitionPause pause{.at = session.now(), .until = until, .by = by, .reason = reason};
        if (is_paused(row->stored, session.now())) {  // by whoever did it first
            pause.at = row->stored.pause->at;
            pause.by = row->stored.pause->by;
        }
        put_pause(session, row->stored, pause);
        insert_done(session, {.id = command, .verb = Verb::pause_definition, .by = by, .definition = name});
    });
    return is_there;
}

bool SociDefinitionStore::resume(const std::string& name, const std::string& by) {
    check_asker(by);
    const CommandId command{changes_.ids().reserve(1)};
    bool was_paused = false;
    database_.write([&](Session& session) {
        const auto row = find_row(session, name);
        was_paused = row && !row->is_retired && is_paused(row->stored, session.now());
        if (!was_paused) return;
        put_pause(session, row->stored, std::nullopt);
        insert_done(session, {.id = command, .verb = Verb::resume_definition, .by = by, .definition = name});
    });
    return was_paused;
}

std::vector<Inserted> SociDefinitionStore::hand_in(const Extra& extra) {
    check_asker(extra.by);
    if (extra.verb != Verb::trigger && extra.verb != Verb::backfill) refuse("that hands nothing in");
    check_jobs(extra.jobs);
    check_submission(extra.batches, extra.jobs);
    const CommandId command{changes_.ids().reserve(1)};
    std::vector<Inserted> answers;
    changes_.write([&](Change& change) {
        answers = submit(change, extra.batches, extra.jobs);
        for (const BatchId batch : extra.opens)
            open_batch(change, batch);
        insert_done(change.session, {.id = command,
                                     .verb = extra.verb,
                                     .by = extra.by,
                                     .filter = extra.note,
                                     .definition = extra.definition});
    });
    return answers;
}

}  // namespace jobhost::storage
