// What differs between two definitions, in the words of the YAML file.
#pragma once

#include "storage/definition_store.hpp"

#include <string>
#include <utility>
#include <vector>

namespace jobhost::host {

struct FieldChange {
    std::string path;    // "retry.attempts", "args.to"
    std::string before;  // JSON, or a duration or instant as it is written; empty: it was not there
    std::string after;
    friend bool operator==(const FieldChange&, const FieldChange&) = default;
};

// By path.
std::vector<FieldChange> diff(const Definition& before, const Definition& after);

// Old and new name.
using Rename = std::pair<std::string, std::string>;

// Definitions that went while others came that say the same. Each stands once.
std::vector<Rename> renames_in(const storage::Applied& applied);
// What it means, and what is left to do by hand if it is one.
std::string rename_text(const Rename& rename);

}  // namespace jobhost::host
