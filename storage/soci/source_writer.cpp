#include "storage/soci/source_writer.hpp"

#include "storage/model_json.hpp"
#include "storage/soci/definition_pauses.hpp"
#include "storage/soci/id_list.hpp"
#include "storage/soci/instants.hpp"
#include "storage/storage_error.hpp"

#include <algorithm>

namespace jobhost::storage {

namespace {

namespace json = boost::json;

// What one statement looks up: a body may be large.
constexpr std::size_t kMostNames = 1000;

json::value json_of(std::optional<TimePoint> instant) {
    if (!instant) return nullptr;
    return micros(*instant);
}

}  // namespace

SourceWriter::SourceWriter(Session& session, const std::string& server)
    : session_{session},
      now_{session.now()},
      inserts_{session, "definition_insert", {{"server", server}, {"now", micros(now_)}}},
      changes_{session, "definition_change", {{"server", server}, {"now", micros(now_)}}} {}

Applied SourceWriter::apply(std::span<const SourceDefinitions> sources, const std::set<std::string>& gone) {
    find(sources, gone);
    for (const SourceDefinitions& source : sources)
        for (const Definition& definition : source.definitions)
            put(source.source, definition);
    std::vector<DefinitionId> retired;
    for (const std::string& name : ours_) {
        const DefinitionRow& row = there_.at(name);
        retired.push_back(row.stored.id);
        note(DefinitionChange::Kind::retired, row.stored.source, &row, nullptr);
    }
    inserts_.flush();
    changes_.flush();
    if (!retired.empty())
        session_.execute("definition_retire", {{"ids", id_list(retired)}, {"now", micros(now_)}});
    pause_groups();
    if (!applied_.changes.empty()) session_.execute("definition_raise_change");
    return std::move(applied_);
}

// What these files may change: whatever lies in them, or lay in those that are gone.
void SourceWriter::find(std::span<const SourceDefinitions> sources, const std::set<std::string>& gone) {
    std::set<std::string> given;
    std::set<std::string> names;
    for (const SourceDefinitions& source : sources) {
        given.insert(source.source);
        for (const Definition& definition : source.definitions)
            if (!names.insert(definition.name).second)
                throw StorageError{StorageError::Kind::refused,
                                   "the definition '" + definition.name + "' is there twice"};
    }
    for (auto& [name, source] : session_.rows<std::string, std::string>("definition_owner_list"))
        if (given.contains(source) || gone.contains(source)) ours_.insert(std::move(name));
    names.insert(ours_.begin(), ours_.end());
    const std::vector<std::string> all{names.begin(), names.end()};
    for (std::span<const std::string> rest = all; !rest.empty();) {
        const std::size_t count = std::min(rest.size(), kMostNames);
        there_.merge(find_rows(session_, rest.first(count)));
        rest = rest.subspan(count);
    }
}

// A definition that from now on fires with one that is paused is paused with it.
void SourceWriter::pause_groups() {
    for (const std::vector<std::string>& group : groups_) {
        const auto is_paused = [&](const std::string& name) {
            const auto row = there_.find(name);
            return row != there_.end() && row->second.stored.is_paused_at(now_);
        };
        if (std::ranges::any_of(group, is_paused)) pause_together(session_, group);
    }
}

void SourceWriter::put(const std::string& source, const Definition& definition) {
    if (!definition.fires_with.empty()) groups_.insert(definition.fires_with);
    const bool is_ours = ours_.erase(definition.name) > 0;
    const auto found = there_.find(definition.name);
    std::string body = to_json(definition);
    if (found == there_.end()) {
        const std::size_t size = body.size();
        inserts_.add({{"name", definition.name},
                      {"source", source},
                      {"body", std::move(body)},
                      {"next_at", json_of(first_due(definition, {}, now_))}},
                     size);
        return note(DefinitionChange::Kind::added, source, nullptr, &definition);
    }
    const DefinitionRow& row = found->second;
    if (!row.stored.retired_at && !is_ours)
        throw StorageError{StorageError::Kind::refused, "the definition '" + definition.name +
                                                            "' belongs to " + row.stored.source +
                                                            "; give one of them another name, or, if that "
                                                            "file is gone for good, say jobhost config apply "
                                                            "--retire '" +
                                                            row.stored.source + "'"};
    if (row.stored.retired_at) {
        change(source, row, definition, std::move(body));
        note(DefinitionChange::Kind::added, source, nullptr, &definition);
    } else if (row.stored.source != source || row.body != body) {
        change(source, row, definition, std::move(body));
        note(DefinitionChange::Kind::changed, source, &row, &definition);
    }
}

void SourceWriter::change(const std::string& source, const DefinitionRow& row, const Definition& definition,
                          std::string body) {
    // Only a changed schedule starts anew; otherwise what is due stays due.
    const bool keeps_schedule = !row.stored.retired_at && row.stored.unreadable.empty() &&
                                row.stored.definition.schedule == definition.schedule;
    const auto next_at = keeps_schedule ? row.stored.next_at : first_due(definition, row.stored.pause, now_);
    const std::size_t size = body.size();
    changes_.add({{"id", row.stored.id.value},
                  {"source", source},
                  {"body", std::move(body)},
                  {"next_at", json_of(next_at)}},
                 size);
}

void SourceWriter::note(DefinitionChange::Kind kind, const std::string& source, const DefinitionRow* before,
                        const Definition* after) {
    DefinitionChange change{.kind = kind, .name = {}, .source = source, .before = {}, .after = {}};
    change.name = after ? after->name : before->stored.definition.name;
    if (before && before->stored.unreadable.empty()) change.before = before->stored.definition;
    if (after) change.after = *after;
    switch (kind) {
        case DefinitionChange::Kind::added:
            ++applied_.added;
            break;
        case DefinitionChange::Kind::changed:
            ++applied_.changed;
            break;
        case DefinitionChange::Kind::retired:
            ++applied_.retired;
            break;
    }
    applied_.changes.push_back(std::move(change));
}

}  // namespace jobhost::storage
