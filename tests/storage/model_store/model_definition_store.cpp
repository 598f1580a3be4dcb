#include "tests/storage/model_store/model_definition_store.hpp"

#include "storage/model/time_text.hpp"
#include "storage/storage_error.hpp"
#include "tests/storage/model_store/model_operations.hpp"
#include "tests/storage/model_store/model_submit.hpp"

#include <algorithm>

namespace jobhost::storage::model {

namespace {

// Of a schedule that starts now.
std::optional<TimePoint> first_due(const Definition& definition, const StoredDefinition& stored,
                                   TimePoint now) {
    if (!definition.schedule) return std::nullopt;
    if (!stored.is_paused_at(now)) return definition.schedule->next(now);
    return stored.pause->until ? definition.schedule->next(*stored.pause->until - Duration{1}) : std::nullopt;
}

StoredDefinition* find_live(ModelDatabase& database, const std::string& name) {
    const auto found = database.definitions.find(name);
    if (found == database.definitions.end() || found->second.is_retired) return nullptr;
    return &found->second.stored;
}

void note(ModelDatabase& database, Verb verb, const std::string& by, const std::string& definition,
          TimePoint now) {
    Command command;
    command.id = CommandId{static_cast<std::int64_t>(database.commands.size()) + 1};
    command.verb = verb;
    command.by = by;
    command.definition = definition;
    command.created_at = now;
    command.finished_at = now;
    database.commands.push_back(std::move(command));
}

bool is_open_run(const JobRecord& job, DefinitionId definition) {
    return job.definition == definition && job.origin == Origin::schedule && !is_final(job.state());
}

// Of the latest instant.
std::optional<JobId> open_run(const ModelDatabase& database, DefinitionId definition) {
    const JobRecord* latest = nullptr;
    for (const auto& [id, job] : database.jobs)
        if (is_open_run(job, definition) && (!latest || job.seen.nominal_at >= latest->seen.nominal_at))
            latest = &job;
    return latest == nullptr ? std::nullopt : std::optional{latest->seen.id};
}

// What the rule for overlaps makes of it, where `definition` is that of a run of it.
Firing minding_overlap_of(ModelDatabase& database, DefinitionId definition, Firing firing, TimePoint now) {
    std::optional<JobId> before = open_run(database, definition);
    if (firing.overlap == Overlap::allow || !firing.opens.empty() || !before) return firing;
    if (firing.overlap == Overlap::skip) {
        firing.jobs.clear();
        firing.batches.clear();
    }
    if (firing.overlap == Overlap::replace && !firing.jobs.empty()) {
        std::vector<JobId> runs;
        for (const auto& [id, job] : database.jobs)
            if (is_open_run(job, definition)) runs.push_back(id);
        Operation cancel;
        cancel.verb = Verb::cancel;
        cancel.by = "schedule";
        if (!firing.jobs.empty())
            cancel.why = "a newer run of its definition, that for " +
                         to_text(firing.jobs.front().nominal_at.value_or(firing.seen)) + ", took its place";
        for (const JobId run : runs) {
            operate(database, run, cancel, now);
            follow_up(database, now);
        }
        before = open_run(database, definition);
    }
    for (NewJob& job : firing.jobs)
        if (before && job.definition == definition) {
            job.parents.push_back({*before, Condition::finished});
            break;
        }
    return firing;
}

Firing minding_overlap(ModelDatabase& database, const Firing& given, TimePoint now) {
    Firing firing = minding_overlap_of(database, given.definition, given, now);
    for (const DefinitionId other : given.together)
        firing = minding_overlap_of(database, other, std::move(firing), now);
    return firing;
}

// A definition, and those that fire with it.
std::vector<StoredDefinition*> together(ModelDatabase& database, StoredDefinition& stored) {
    if (stored.definition.fires_with.empty()) return {&stored};
    std::vector<StoredDefinition*> found;
    for (const std::string& name : stored.definition.fires_with)
        if (StoredDefinition* each = find_live(database, name)) found.push_back(each);
    return found;
}

void put_pause(ModelDatabase& database, StoredDefinition& stored, const std::optional<DefinitionPause>& pause,
               TimePoint now) {
    for (StoredDefinition* each : together(database, stored)) {
        each->pause = pause;
        each->next_at = first_due(each->definition, *each, now);
        database.definitions.at(each->definition.name).staged_until.reset();
    }
}

// What fires together and has a member that is paused is paused, for as long as the longest pause.
void pause_groups(ModelDatabase& database, TimePoint now) {
    const auto end = [](const DefinitionPause& pause) { return pause.until.value_or(TimePoint::max()); };
    for (auto& [name, record] : database.definitions) {
        if (record.is_retired || record.stored.definition.fires_with.empty()) continue;
        std::optional<DefinitionPause> longest;
        for (const StoredDefinition* each : together(database, record.stored))
            if (each->is_paused_at(now) && (!longest || end(*each->pause) > end(*longest)))
                longest = each->pause;
        if (longest && record.stored.pause != longest) put_pause(database, record.stored, longest, now);
    }
}

struct Application {
    std::span<const SourceDefinitions> sources;
    const std::set<std::string>& gone;

    bool lists(const std::string& source) const {
        for (const SourceDefinitions& listed : sources)
            if (listed.source == source) return true;
        return false;
    }
    // Whether these files may change it: it came from one of them, or from one that is gone.
    bool owns(const DefinitionRecord& record) const {
        return lists(record.stored.source) || gone.contains(record.stored.source);
    }
};

// What `given` makes of the record of that name. Throws refused.
void put(DefinitionRecord& record, const Application& by, const std::string& source, const Definition& given,
         TimePoint now, Applied& applied) {
    const bool is_absent = record.is_retired || record.stored.revision == 0;
    if (!is_absent && !by.owns(record))
        throw StorageError{StorageError::Kind::refused, "a definition's name belongs to another source"};
    if (!is_absent && record.stored.source == source && record.stored.definition == given) return;
    const bool keeps_schedule = !is_absent && record.stored.definition.schedule == given.schedule;
    if (!keeps_schedule) record.stored.next_at = first_due(given, record.stored, now);
    ++(is_absent ? applied.added : applied.changed);
    using Kind = DefinitionChange::Kind;
    applied.changes.push_back({is_absent ? Kind::added : Kind::changed, given.name, source,
                               is_absent ? std::nullopt : std::optional{record.stored.definition}, given});
    record.stored.source = source;
    record.stored.definition = given;
    ++record.stored.revision;
    record.staged_until.reset();
    record.is_retired = false;
    record.stored.retired_at.reset();
}

void retire(DefinitionRecord& record, TimePoint now) {
    record.is_retired = true;
    record.stored.retired_at = now;
    record.stored.next_at.reset();
    record.staged_until.reset();
    ++record.stored.revision;
}

}  // namespace

Applied apply_sources(ModelDatabase& database, TimePoint now, std::span<const SourceDefinitions> sources,
                      const std::set<std::string>& gone) {
    const Application by{sources, gone};
    auto changed = database.definitions;
    Applied applied;
    std::set<std::string> listed;
    for (const SourceDefinitions& source : sources)
        for (const Definition& definition : source.definitions) {
            if (!listed.insert(definition.name).second)
                throw StorageError{StorageError::Kind::refused, "a definition's name occurs twice"};
            const auto [at, is_new] = changed.try_emplace(definition.name);
            if (is_new) at->second.stored.id.value = static_cast<std::int64_t>(changed.size());
            put(at->second, by, source.source, definition, now, applied);
        }
    for (auto& [name, record] : changed)
        if (!record.is_retired && !listed.contains(name) && by.owns(record)) {
            applied.changes.push_back({DefinitionChange::Kind::retired, name, record.stored.source,
                                       record.stored.definition, std::nullopt});
            retire(record, now);
            ++applied.retired;
        }
    database.definitions = std::move(changed);
    pause_groups(database, now);
    return applied;
}

std::vector<StoredDefinition> ModelDefinitionStore::list() {
    return opened_.read([](const ModelDatabase& database) {
        std::vector<StoredDefinition> found;
        for (const auto& [name, record] : database.definitions)
            if (!record.is_retired) found.push_back(record.stored);
        return found;
    });
}

std::optional<StoredDefinition> ModelDefinitionStore::find(const std::string& name) {
    return opened_.read([&](const ModelDatabase& database) -> std::optional<StoredDefinition> {
        const auto found = database.definitions.find(name);
        if (found == database.definitions.end() || found->second.is_retired) return std::nullopt;
        return found->second.stored;
    });
}

std::optional<StoredDefinition> ModelDefinitionStore::find_retired(const std::string& name) {
    return opened_.read([&](const ModelDatabase& database) -> std::optional<StoredDefinition> {
        const auto found = database.definitions.find(name);
        if (found == database.definitions.end() || !found->second.is_retired) return std::nullopt;
        return found->second.stored;
    });
}

DueDefinitions ModelDefinitionStore::due(std::size_t limit) {
    return opened_.write([&](ModelDatabase& database, TimePoint now) {
        DueDefinitions found{.now = now, .change = 0, .due = {}, .next = {}};
        for (const auto& [name, record] : database.definitions) {
            const StoredDefinition& stored = record.stored;
            found.change +=
                stored.revision + (stored.pause ? stored.pause->at.time_since_epoch().count() : 0);
            if (stored.next_at && *stored.next_at <= now)
                found.due.push_back({stored.id, stored.revision, *stored.next_at});
            else if (stored.next_at && (!found.next || *stored.next_at < *found.next))
                found.next = stored.next_at;
        }
        std::ranges::sort(found.due, {}, &DueDefinition::next_at);
        found.due.resize(std::min(limit, found.due.size()));
        return found;
    });
}

std::size_t ModelDefinitionStore::fire(std::span<const Firing> firings) {
    const auto fire_all = [&](ModelDatabase& database, TimePoint now) {
        std::size_t fired = 0;
        for (const Firing& given : firings)
            for (auto& [name, record] : database.definitions) {
                StoredDefinition& stored = record.stored;
                if (stored.id != given.definition || stored.revision != given.revision ||
                    stored.next_at != given.seen ||
                    (given.seen > now && !(given.jobs.empty() && given.next && *given.next < given.seen)))
                    continue;
                const Firing firing = minding_overlap(database, given, now);
                stored.next_at = firing.next;
                record.staged_until.reset();
                if (firing.missed) stored.missed = firing.missed;
                submit(database, firing.batches, firing.jobs, now);
                for (const BatchId batch : firing.opens)
                    database.batches.at(batch).seen.state = BatchState::awaiting;
                ++fired;
            }
        return fired;
    };
    return opened_.write([&](ModelDatabase& database, TimePoint now) {
        return all_or_nothing(database, [&] { return fire_all(database, now); });
    });
}

bool ModelDefinitionStore::has_open_run(std::span<const DefinitionId> definitions) {
    return opened_.read([&](const ModelDatabase& database) {
        return std::ranges::any_of(definitions,
                                   [&](DefinitionId id) { return open_run(database, id).has_value(); });
    });
}

bool ModelDefinitionStore::may_stage(const Staging& staging, Duration length) {
    return opened_.write([&](ModelDatabase& database, TimePoint now) {
        for (auto& [name, record] : database.definitions) {
            const StoredDefinition& stored = record.stored;
            if (stored.id != staging.definition || stored.revision != staging.revision ||
                stored.next_at != staging.seen)
                continue;
            const auto end = record.staged_until;
            const bool is_held =
                end && *end > now && *end <= now + length && database.is_live(record.staging_server);
            if (is_held && record.stager != staging.stager) return false;
            record.stager = staging.stager;
            record.staging_server = staging.server;
            record.staged_until = now + length;
            return true;
        }
        return false;
    });
}

bool ModelDefinitionStore::pause(const std::string& name, const std::string& by, const std::string& reason,
                                 std::optional<TimePoint> until) {
    check_asker(by);
    return opened_.write([&](ModelDatabase& database, TimePoint now) {
        StoredDefinition* stored = find_live(database, name);
        if (stored == nullptr) return false;
        DefinitionPause pause{.at = now, .until = until, .by = by, .reason = reason};
        if (stored->is_paused_at(now)) {
            pause.at = stored->pause->at;
            pause.by = stored->pause->by;
        }
        put_pause(database, *stored, pause, now);
        note(database, Verb::pause_definition, by, name, now);
        return true;
    });
}

bool ModelDefinitionStore::resume(const std::string& name, const std::string& by) {
    check_asker(by);
    return opened_.write([&](ModelDatabase& database, TimePoint now) {
        StoredDefinition* stored = find_live(database, name);
        if (stored == nullptr || !stored->is_paused_at(now)) return false;
        put_pause(database, *stored, std::nullopt, now);
        note(database, Verb::resume_definition, by, name, now);
        return true;
    });
}

std::vector<TimePoint> ModelDefinitionStore::backfilled(const std::string& name, TimePoint from,
                                                        TimePoint to) {
    return opened_.read([&](const ModelDatabase& database) {
        std::set<TimePoint> found;
        const auto record = database.definitions.find(name);
        if (record == database.definitions.end()) return std::vector<TimePoint>{};
        for (const auto& [id, job] : database.jobs)
            if (job.definition == record->second.stored.id && job.origin == Origin::backfill &&
                job.seen.nominal_at)
                found.insert(*job.seen.nominal_at);
        for (const auto& [instant, batch] : record->second.backfilled)
            found.insert(instant);
        std::erase_if(found, [&](TimePoint at) { return at < from || at >= to; });
        return std::vector<TimePoint>{found.begin(), found.end()};
    });
}

std::vector<Inserted> ModelDefinitionStore::hand_in(const Extra& extra) {
    check_asker(extra.by);
    return opened_.write([&](ModelDatabase& database, TimePoint now) {
        return all_or_nothing(database, [&] {
            auto answers = submit(database, extra.batches, extra.jobs, now);
            for (const BatchId batch : extra.opens)
                database.batches.at(batch).seen.state = BatchState::awaiting;
            for (const BackfilledBatch& one : extra.backfilled)
                if (!database.definitions.at(extra.definition)
                         .backfilled.emplace(one.instant, one.batch)
                         .second)
                    throw StorageError{StorageError::Kind::refused, "an instant has its batch already"};
            note(database, extra.verb, extra.by, extra.definition, now);
            return answers;
        });
    });
}

}  // namespace jobhost::storage::model
