#include "storage/soci/definition_pauses.hpp"

#include "storage/soci/instants.hpp"

#include <algorithm>

namespace jobhost::storage {

namespace {

std::vector<StoredDefinition> find_all(Session& session, std::span<const std::string> names) {
    std::vector<StoredDefinition> found;
    for (auto& [name, row] : find_rows(session, names))
        if (!row.stored.retired_at) found.push_back(std::move(row.stored));
    std::ranges::sort(found, {}, &StoredDefinition::id);
    return found;
}

bool lasts_longer(const DefinitionPause& one, const DefinitionPause& other) {
    return other.until && (!one.until || *one.until > *other.until);
}

}  // namespace

std::vector<StoredDefinition> firing_together(Session& session, const StoredDefinition& stored) {
    if (stored.definition.fires_with.empty()) return {stored};
    return find_all(session, stored.definition.fires_with);
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
}

void pause_together(Session& session, std::span<const std::string> names) {
    const std::vector<StoredDefinition> all = find_all(session, names);
    std::optional<DefinitionPause> longest;
    for (const StoredDefinition& stored : all)
        if (stored.is_paused_at(session.now()) && (!longest || lasts_longer(*stored.pause, *longest)))
            longest = stored.pause;
    if (!longest) return;
    for (const StoredDefinition& stored : all)
        if (stored.pause != longest) put_pause(session, stored, longest);
}

}  // namespace jobhost::storage
