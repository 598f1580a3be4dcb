#include "host/command_line/definitions_here.hpp"

#include "host/scheduling/sources.hpp"

#include <algorithm>

namespace jobhost::host {

namespace {

const std::string& name_of(const storage::StoredDefinition& stored) {
    return stored.definition.name;
}

}  // namespace

bool DefinitionsHere::contains(const std::string& name) {
    return std::ranges::find(all(), name, name_of) != all().end();
}

std::span<const storage::StoredDefinition> DefinitionsHere::all() {
    if (all_) return *all_;
    all_ = store_.list();
    for (const storage::SourceDefinitions& source : sources_of(configuration_))
        for (const Definition& definition : source.definitions)
            if (std::ranges::find(*all_, definition.name, name_of) == all_->end())
                all_->push_back({.source = source.source, .definition = definition});
    return *all_;
}

std::optional<std::filesystem::path> DefinitionsHere::folder(const std::string& source) {
    const auto folders = folders_of(configuration_);
    const auto found = folders.find(source);
    return found == folders.end() ? std::nullopt : std::optional{found->second};
}

}  // namespace jobhost::host
