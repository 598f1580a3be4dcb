// Filters and operations as they lie in commands.
#pragma once

#include "storage/operation_store.hpp"

#include <string>
#include <string_view>

namespace jobhost::storage {

// DO NOT RENAME members: these texts are on disk, and shown.
std::string to_json(const JobFilter& filter);
std::string to_json(const Operation& operation);

// The other way round. Throw StorageError (corrupt) for a text that the functions above cannot have written.
JobFilter filter_from_json(std::string_view text);
// Verb and by are not in the text.
Operation operation_from_json(std::string_view text);

}  // namespace jobhost::storage
