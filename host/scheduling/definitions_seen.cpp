#include "host/scheduling/definitions_seen.hpp"

#include <filesystem>
#include <set>
#include <system_error>
#include <variant>

namespace jobhost::host {

namespace {

using storage::StoredDefinition;

// Of jobs; so many are made and handed in within a tenth of a second.
constexpr std::size_t kLarge = 10'000;
// Items of a file take about so much each, or more.
constexpr std::size_t kShortItem = 20;

std::size_t items_in(const ForEach& for_each, const StoredDefinition& stored, const Workshop& workshop) {
    if (const auto* list = std::get_if<std::vector<std::string>>(&for_each)) return list->size();
    const auto* file = std::get_if<ItemFile>(&for_each);
    if (file == nullptr) return 1;
    std::error_code error;
    const auto size = std::filesystem::file_size(workshop.folder(stored.source) / file->path, error);
    return error ? 0 : size / kShortItem;
}

std::size_t jobs_of(const Definition& definition, const StoredDefinition& stored, const Workshop& workshop) {
    if (!definition.batch) return 1;
    std::size_t members = 1;
    for (const Definition& member : definition.batch->members)
        members += jobs_of(member, stored, workshop);
    return members * items_in(definition.batch->for_each, stored, workshop);
}

}  // namespace

std::shared_ptr<const DefinitionsSeen> see_definitions(storage::DefinitionStore& store, std::int64_t change,
                                                       const std::map<std::string, int>& payload_versions,
                                                       const SourceFolders& folders) {
    auto seen = std::make_shared<DefinitionsSeen>();
    seen->change = change;
    seen->definitions = store.list();
    seen->workshop = {
        .definitions = DefinitionBook::indexed(seen->definitions),
        .payload_version =
            [payload_versions](const std::string& type) {
                const auto version = payload_versions.find(type);
                return version == payload_versions.end() ? 1 : version->second;
            },
        .folder =
            [&folders](const std::string& source) {
                const auto folder = folders.find(source);
                if (!folder) throw SourceElsewhere{};
                return *folder;
            },
    };
    return seen;
}

bool may_be_large(const DueRun& run) {
    const Workshop& workshop = run.seen->workshop;
    std::vector<const StoredDefinition*> all{&run.stored()};
    for (const std::string& name : run.stored().definition.fires_with)
        if (const auto* other = workshop.definitions.find(name)) all.push_back(other);
    std::set<const StoredDefinition*> met{all.begin(), all.end()};
    std::size_t count = 0;
    for (std::size_t i = 0; i < all.size() && count <= kLarge; ++i) {
        try {
            count += jobs_of(all[i]->definition, *all[i], workshop);
        } catch (const SourceElsewhere&) {
            return false;  // it cannot be made here
        }
        for (const std::size_t place : workshop.definitions.waiting_for(all[i]->definition.name))
            if (const StoredDefinition& child = workshop.definitions[place]; met.insert(&child).second)
                all.push_back(&child);
    }
    return count > kLarge;
}

}  // namespace jobhost::host
