#include "storage/soci/soci_definition_store.hpp"

#include "storage/soci/batch_start.hpp"
#include "storage/soci/command_rows.hpp"
#include "storage/soci/definition_pauses.hpp"
#include "storage/soci/firings.hpp"
#include "storage/soci/instants.hpp"
#include "storage/soci/job_inserter.hpp"
#include "storage/soci/refusal.hpp"
#include "storage/soci/sized_rows.hpp"
#include "storage/soci/submission_check.hpp"
#include "storage/storage_error.hpp"
#include "storage/text.hpp"

namespace jobhost::storage {

namespace {

void note_backfilled(Session& session, const Extra& extra) {
    if (extra.backfilled.empty()) return;
    const auto stored = find_definition(session, extra.definition);
    if (!stored) refuse("the definition '" + extra.definition + "' has just been retired");
    SizedRows rows{session, "batch_instant_insert"};
    for (const BackfilledBatch& one : extra.backfilled)
        rows.add({{"definition", stored->id.value},
                  {"nominal_at", micros(one.instant)},
                  {"batch", one.batch.value}});
    if (rows.flush() != extra.backfilled.size())
        refuse(
            "another backfill of '" + extra.definition +
            "' has handed in some of these instants meanwhile; nothing of this one was: give it once more");
}

}  // namespace

std::vector<StoredDefinition> SociDefinitionStore::list() {
    std::vector<StoredDefinition> found;
    database_.read([&](Session& session) { found = list_definitions(session); });
    return found;
}

std::optional<StoredDefinition> SociDefinitionStore::find(const std::string& name) {
    std::optional<StoredDefinition> found;
    database_.read([&](Session& session) { found = find_definition(session, name); });
    return found;
}

std::optional<StoredDefinition> SociDefinitionStore::find_retired(const std::string& name) {
    std::optional<StoredDefinition> found;
    database_.read([&](Session& session) {
        found.reset();
        for (auto& [each, row] : find_rows(session, {&name, 1}))
            if (row.stored.retired_at) found = std::move(row.stored);
    });
    return found;
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

bool SociDefinitionStore::has_open_run(std::span<const DefinitionId> definitions) {
    bool has_one = false;
    database_.read([&](Session& session) { has_one = !open_runs(session, definitions).empty(); });
    return has_one;
}

bool SociDefinitionStore::may_stage(const Staging& staging, Duration length) {
    long long claimed = 0;
    database_.write([&](Session& session) {
        claimed = session.execute("definition_claim_staging", {{"id", staging.definition.value},
                                                               {"revision", staging.revision},
                                                               {"seen", micros(staging.seen)},
                                                               {"stager", staging.stager},
                                                               {"server", staging.server.value},
                                                               {"now", micros(session.now())},
                                                               {"until", micros(session.now() + length)}});
    });
    return claimed > 0;
}

bool SociDefinitionStore::pause(const std::string& name, const std::string& by, const std::string& reason,
                                std::optional<TimePoint> until) {
    check_asker(by);
    if (!is_storable(reason)) refuse("a reason must be UTF-8 without NUL");
    const CommandId command{changes_.ids().reserve(1)};
    bool is_there = false;
    database_.write([&](Session& session) {
        const auto stored = find_definition(session, name);
        is_there = stored.has_value();
        if (!is_there) return;
        DefinitionPause pause{.at = session.now(), .until = until, .by = by, .reason = reason};
        if (stored->is_paused_at(session.now())) {  // by whoever did it first
            pause.at = stored->pause->at;
            pause.by = stored->pause->by;
        }
        for (const StoredDefinition& each : firing_together(session, *stored))
            put_pause(session, each, pause);
        session.execute("definition_raise_change");
        insert_done(session, {.id = command, .verb = Verb::pause_definition, .by = by, .definition = name});
    });
    return is_there;
}

bool SociDefinitionStore::resume(const std::string& name, const std::string& by) {
    check_asker(by);
    const CommandId command{changes_.ids().reserve(1)};
    bool was_paused = false;
    database_.write([&](Session& session) {
        const auto stored = find_definition(session, name);
        was_paused = stored && stored->is_paused_at(session.now());
        if (!was_paused) return;
        for (const StoredDefinition& each : firing_together(session, *stored))
            put_pause(session, each, std::nullopt);
        session.execute("definition_raise_change");
        insert_done(session, {.id = command, .verb = Verb::resume_definition, .by = by, .definition = name});
    });
    return was_paused;
}

std::vector<TimePoint> SociDefinitionStore::backfilled(const std::string& name, TimePoint from,
                                                       TimePoint to) {
    std::vector<TimePoint> instants;
    database_.read([&](Session& session) {
        instants.clear();
        const auto stored = find_definition(session, name);
        if (!stored) return;
        for (const auto& [at] :
             session.rows<long long>("definition_backfilled",
                                     {{"id", stored->id.value}, {"from", micros(from)}, {"to", micros(to)}}))
            instants.push_back(instant(at));
    });
    return instants;
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
        note_backfilled(change.session, extra);
        insert_done(change.session, {.id = command,
                                     .verb = extra.verb,
                                     .by = extra.by,
                                     .filter = extra.note,
                                     .definition = extra.definition});
    });
    return answers;
}

}  // namespace jobhost::storage
