#include "tests/storage/model_store/model_definition_store.hpp"

#include "storage/storage_error.hpp"
#include "tests/storage/model_store/model_submit.hpp"

namespace jobhost::storage::model {

namespace {

std::optional<TimePoint> first_due(const Definition& definition, TimePoint now) {
    return definition.schedule ? next_due(*definition.schedule, now) : std::nullopt;
}

struct Application {
    std::string server;
    std::span<const SourceDefinitions> sources;
    const IsGone& is_gone;

    bool lists(const std::string& source) const {
        for (const SourceDefinitions& listed : sources)
            if (listed.source == source) return true;
        return false;
    }
    // Whether these files may change it: it came from one of them, or from one that is gone.
    bool owns(const DefinitionRecord& record) const {
        return lists(record.stored.source) || is_gone(record.stored.source, record.applied_by);
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
    if (!keeps_schedule) record.stored.next_at = first_due(given, now);
    ++(is_absent ? applied.added : applied.changed);
    using Kind = DefinitionChange::Kind;
    applied.changes.push_back({is_absent ? Kind::added : Kind::changed, given.name, source,
                               is_absent ? std::nullopt : std::optional{record.stored.definition}, given});
    record.stored.source = source;
    record.stored.definition = given;
    ++record.stored.revision;
    record.applied_by = by.server;
    record.is_retired = false;
}

void retire(DefinitionRecord& record) {
    record.is_retired = true;
    record.stored.next_at.reset();
    ++record.stored.revision;
}

}  // namespace

Applied apply_sources(ModelDatabase& database, TimePoint now, const std::string& server,
                      std::span<const SourceDefinitions> sources, const IsGone& is_gone) {
    const Application by{server, sources, is_gone};
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
            retire(record);
            ++applied.retired;
        }
    database.definitions = std::move(changed);
    return applied;
}

Applied ModelDefinitionStore::apply(const std::string& application, const std::string& server,
                                    std::span<const SourceDefinitions> sources) {
    return opened_.write([&](ModelDatabase& database, TimePoint now) {
        return apply_sources(database, now, server, sources,
                             [&](const std::string& source, const std::string& applied_by) {
                                 return applied_by == server && source.starts_with(application + "/");
                             });
    });
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

std::size_t ModelDefinitionStore::fire(std::span<const Firing> firings) {
    const auto fire_all = [&](ModelDatabase& database, TimePoint now) {
        std::size_t fired = 0;
        for (const Firing& firing : firings)
            for (auto& [name, record] : database.definitions) {
                StoredDefinition& stored = record.stored;
                if (stored.id != firing.definition || stored.revision != firing.revision ||
                    stored.next_at != firing.seen)
                    continue;
                stored.next_at = firing.next;
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

}  // namespace jobhost::storage::model
