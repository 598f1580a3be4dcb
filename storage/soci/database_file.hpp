// The file of an SQLite database as the system sees it: whether it can be used, and who keeps others from it.
#pragma once

#include "storage/storage_error.hpp"

#include <filesystem>

namespace jobhost::storage {

// Whether the file is there and may be read and written. Throws StorageError, with the remedy, when it is not
// what it must be, or could not be made: no folder, no permission, a network file system, where SQLite's
// locks do not hold.
bool has_database_file(const std::filesystem::path& file);

// Makes the file, readable by its owner alone, unless it is there. Throws as has_database_file() does.
void make_database_file(const std::filesystem::path& file);

// What to say of a database that others had locked until the deadline.
StorageError locked_database(const std::filesystem::path& file);

}  // namespace jobhost::storage
