// Brings a database's schema up to date.
#pragma once

#include "storage/soci/database.hpp"

namespace jobhost::storage {

// Applies what is missing, in one transaction, so that several hosts may start at once. Throws StorageError
// (corrupt) when the schema is newer than this program, or an applied migration was edited since.
void migrate(Database& database);

}  // namespace jobhost::storage
