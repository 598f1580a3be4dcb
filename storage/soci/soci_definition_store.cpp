#include "storage/soci/soci_definition_store.hpp"

#include "storage/soci/batch_start.hpp"
#include "storage/soci/command_rows.hpp"
#include "storage/soci/definition_rows.hpp"
#include "storage/soci/firings.hpp"
#include "storage/soci/instants.hpp"
#include "storage/soci/job_inserter.hpp"
#include "storage/soci/refusal.hpp"
#include "storage/soci/submission_check.hpp"
#include "storage/storage_error.hpp"
#include "storage/text.hpp"

namespace jobhost::storage {

namespace {

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
        const auto stored = find_definition(session, name);
        is_there = stored.has_value();
        if (!is_there) return;
        DefinitionPause pause{.at = session.now(), .until = until, .by = by, .reason = reason};
        if (stored->is_paused_at(session.now())) {  // by whoever did it first
            pause.at = stored->pause->at;
            pause.by = stored->pause->by;
        }
        put_pause(session, *stored, pause);
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
        put_pause(session, *stored, std::nullopt);
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
