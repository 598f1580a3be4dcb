#include "host/command_line/definitions_here.hpp"

namespace jobhost::host {

bool DefinitionsHere::contains(const std::string& name) {
    all();
    return names_.contains(name);
}

std::span<const storage::StoredDefinition> DefinitionsHere::all() {
    if (all_) return *all_;
    all_ = store_.list();
    for (const storage::StoredDefinition& stored : *all_)
        names_.insert(stored.definition.name);
    for (const storage::SourceDefinitions& source : sources_of(configuration_))
        for (const Definition& definition : source.definitions)
            if (names_.insert(definition.name).second)
                all_->push_back({.source = source.source, .definition = definition});
    return *all_;
}

}  // namespace jobhost::host
