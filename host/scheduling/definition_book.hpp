// All definitions there are, to be looked up.
#pragma once

#include "storage/definition_store.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace jobhost::host {

// Cheap to copy; what it is made from outlives it and its copies. Reading it is thread-safe.
class DefinitionBook {
public:
    DefinitionBook() = default;
    // Looks each one up among all of them: for a few questions.
    // NOLINTNEXTLINE(google-explicit-constructor)
    DefinitionBook(std::span<const storage::StoredDefinition> definitions) : definitions_{definitions} {}
    // NOLINTNEXTLINE(google-explicit-constructor)
    DefinitionBook(const std::vector<storage::StoredDefinition>& definitions) : definitions_{definitions} {}
    // For many questions. Takes a while.
    static DefinitionBook indexed(std::span<const storage::StoredDefinition> definitions);

    const storage::StoredDefinition* find(const std::string& name) const;
    const storage::StoredDefinition* find(DefinitionId id) const;
    // Those that name it in `after`, as places among all of them, in order.
    std::vector<std::size_t> waiting_for(const std::string& name) const;
    const storage::StoredDefinition& operator[](std::size_t place) const { return definitions_[place]; }

private:
    struct Index;
    const storage::StoredDefinition* at(std::size_t place) const {
        return place < definitions_.size() ? &definitions_[place] : nullptr;
    }

    std::span<const storage::StoredDefinition> definitions_;
    std::shared_ptr<const Index> index_;  // null: there is none
};

// "; did you mean 'nightly-backup'?", or nothing.
std::string nearest_definition(const std::string& name,
                               std::span<const storage::StoredDefinition> definitions);

}  // namespace jobhost::host
