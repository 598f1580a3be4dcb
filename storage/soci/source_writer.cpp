#include "storage/soci/source_writer.hpp"

#include "storage/model_json.hpp"
#include "storage/soci/instants.hpp"
#include "storage/storage_error.hpp"

namespace jobhost::storage {

Applied SourceWriter::apply(std::span<const SourceDefinitions> sources, const IsGone& is_gone) {
    for (const SourceDefinitions& source : sources)
        given_.insert(source.source);
    std::set<std::string> ours = names_of_ours(is_gone);
    for (const SourceDefinitions& source : sources)
        for (const Definition& definition : source.definitions) {
            put(source.source, definition, ours.contains(definition.name));
            ours.erase(definition.name);
        }
    for (const std::string& name : ours)
        retire(name);
    if (!applied_.changes.empty()) session_.execute("definition_raise_change");
    return std::move(applied_);
}

// What these files may change: whatever lies in them, or lay in those that are gone.
std::set<std::string> SourceWriter::names_of_ours(const IsGone& is_gone) {
    std::set<std::string> names;
    for (auto& [name, source, applied_by] :
         session_.rows<std::string, std::string, std::string>("definition_owner_list"))
        if (given_.contains(source) || is_gone(source, applied_by)) names.insert(std::move(name));
    return names;
}

void SourceWriter::put(const std::string& source, const Definition& definition, bool is_ours) {
    const auto row = find_row(session_, definition.name);
    if (!row) {
        insert(source, definition);
        note(DefinitionChange::Kind::added, source, nullptr, &definition);
    } else if (!row->is_retired && !is_ours) {
        throw StorageError{StorageError::Kind::refused, "the definition '" + definition.name +
                                                            "' belongs to " + row->stored.source +
                                                            "; give one of them another name"};
    } else if (row->is_retired) {
        change(source, *row, definition);
        note(DefinitionChange::Kind::added, source, nullptr, &definition);
    } else if (row->stored.source != source || row->body != to_json(definition)) {
        change(source, *row, definition);
        note(DefinitionChange::Kind::changed, source, &*row, &definition);
    }
}

void SourceWriter::insert(const std::string& source, const Definition& definition) {
    session_.execute("definition_insert", {{"name", definition.name},
                                           {"source", source},
                                           {"server", server_},
                                           {"body", to_json(definition)},
                                           {"next_at", micros(first_due(definition, {}, now_))},
                                           {"now", micros(now_)}});
}

void SourceWriter::change(const std::string& source, const DefinitionRow& row, const Definition& definition) {
    // Only a changed schedule starts anew; otherwise what is due stays due.
    const bool keeps_schedule = !row.is_retired && row.stored.unreadable.empty() &&
                                row.stored.definition.schedule == definition.schedule;
    const auto next_at = keeps_schedule ? row.stored.next_at : first_due(definition, row.stored.pause, now_);
    session_.execute("definition_change", {{"id", row.stored.id.value},
                                           {"source", source},
                                           {"server", server_},
                                           {"body", to_json(definition)},
                                           {"next_at", micros(next_at)},
                                           {"now", micros(now_)}});
}

void SourceWriter::retire(const std::string& name) {
    const auto row = find_row(session_, name);
    session_.execute("definition_retire", {{"name", name}, {"now", micros(now_)}});
    if (row) note(DefinitionChange::Kind::retired, row->stored.source, &*row, nullptr);
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
