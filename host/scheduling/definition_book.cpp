#include "host/scheduling/definition_book.hpp"

#include "config/nearest_name.hpp"

#include <algorithm>
#include <unordered_map>

namespace jobhost::host {

namespace {

using storage::StoredDefinition;

template <class Key>
std::size_t place_in(const std::unordered_map<Key, std::size_t>& places, const Key& key) {
    const auto found = places.find(key);
    return found == places.end() ? SIZE_MAX : found->second;
}

const std::string& name_of(const StoredDefinition& stored) {
    return stored.definition.name;
}

}  // namespace

struct DefinitionBook::Index {
    std::unordered_map<std::string, std::size_t> by_name;
    std::unordered_map<std::int64_t, std::size_t> by_id;
    std::unordered_map<std::string, std::vector<std::size_t>> waiting;
};

DefinitionBook DefinitionBook::indexed(std::span<const StoredDefinition> definitions) {
    DefinitionBook book{definitions};
    auto index = std::make_shared<Index>();
    for (std::size_t place = 0; place < definitions.size(); ++place) {
        const StoredDefinition& stored = definitions[place];
        index->by_name.emplace(stored.definition.name, place);
        index->by_id.emplace(stored.id.value, place);
        for (const std::string& parent : stored.definition.after.names)
            index->waiting[parent].push_back(place);
    }
    book.index_ = std::move(index);
    return book;
}

const StoredDefinition* DefinitionBook::find(const std::string& name) const {
    if (index_) return at(place_in(index_->by_name, name));
    const auto found = std::ranges::find(definitions_, name, name_of);
    return found == definitions_.end() ? nullptr : &*found;
}

const StoredDefinition* DefinitionBook::find(DefinitionId id) const {
    if (index_) return at(place_in(index_->by_id, id.value));
    const auto found = std::ranges::find(definitions_, id, &StoredDefinition::id);
    return found == definitions_.end() ? nullptr : &*found;
}

std::vector<std::size_t> DefinitionBook::waiting_for(const std::string& name) const {
    if (index_) {
        const auto found = index_->waiting.find(name);
        return found == index_->waiting.end() ? std::vector<std::size_t>{} : found->second;
    }
    std::vector<std::size_t> places;
    for (std::size_t place = 0; place < definitions_.size(); ++place)
        if (std::ranges::find(definitions_[place].definition.after.names, name) !=
            definitions_[place].definition.after.names.end())
            places.push_back(place);
    return places;
}

std::string nearest_definition(const std::string& name, std::span<const StoredDefinition> definitions) {
    std::vector<std::string_view> names;
    names.reserve(definitions.size());
    for (const StoredDefinition& stored : definitions)
        names.push_back(name_of(stored));
    return config::did_you_mean(name, names, "; ");
}

}  // namespace jobhost::host
