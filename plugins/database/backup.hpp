// Copies a SQLite database while others write to it.
#pragma once

#include "plugins/database/sqlite_connection.hpp"

#include <jobhost/context.hpp>

#include <cstdint>
#include <filesystem>

namespace database {

// Makes `copy`, an empty file, the state that the database `source` had at one moment. Reports progress.
// Returns the number of pages. A database in WAL mode is never in its writers' way; one with a rollback
// journal holds them up for a moment at each step, and to the end if they change it faster than it can be
// copied. Throws Cancelled or Yielded, what SqliteConnection throws, and Error "busy" if the source stays
// locked for 5 s.
std::int64_t copy_database(jobhost::JobContext& context, const std::filesystem::path& source,
                           const std::filesystem::path& copy);

// Reads all of `copy` and throws Error "damaged" with SQLite's words if it is not sound. Stops as
// copy_database does.
void verify_database(const jobhost::JobContext& context, const std::filesystem::path& copy);

}  // namespace database
