// A policy and a definition as JSON text: how they lie in the database.
#pragma once

#include "storage/model/definition.hpp"
#include "storage/model/policy.hpp"

#include <string>
#include <string_view>

namespace jobhost::storage {

// The same policy always yields the same text, so that its digest names it. Durations are microseconds.
// DO NOT RENAME members: these texts are on disk.
std::string to_json(const Policy& policy);
std::string to_json(const Definition& definition);

// The other way round. Throw StorageError (corrupt) for a text that the functions above cannot have written.
Policy policy_from_json(std::string_view text);
Definition definition_from_json(std::string_view text);

// What can be told of one that the function above cannot read.
After after_from_unreadable(std::string_view text);

}  // namespace jobhost::storage
