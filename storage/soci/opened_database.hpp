// The database that a URL names.
#pragma once

#include "storage/soci/database.hpp"
#include "storage/storage.hpp"

#include <functional>
#include <memory>

namespace jobhost::storage {

struct OpenedDatabase {
    std::unique_ptr<Database> database;
    std::function<std::unique_ptr<Wakeups>()> watch;  // valid for as long as the database
};

// Its schema is as it was found. Throws StorageError. See open_storage().
OpenedDatabase open_database(const StorageOptions& options, const Clock* clock);

}  // namespace jobhost::storage
