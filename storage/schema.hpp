// The schema of a database as an operator sees it: which migrations it has had, and those that it still
// needs.
#pragma once

#include "storage/model/time.hpp"
#include "storage/storage.hpp"

#include <optional>
#include <string>
#include <vector>

namespace jobhost::storage {

struct MigrationState {
    int number = 0;                       // 1
    std::string name;                     // "0001_jobs"
    std::optional<TimePoint> applied_at;  // nothing: pending
};

struct SchemaStatus {
    std::string database;  // what answers: "SQLite 3.40.1", "PostgreSQL 15.8"
    std::string schema;    // where the tables lie; empty where there is no such thing
    std::vector<MigrationState>
        migrations;           // by number: those that this jobhost knows, and foreign ones applied
    bool is_current = false;  // nothing is pending and there is no problem
    // Why this jobhost cannot use the database, with the remedy: its schema is newer, or a migration was
    // applied with another text.
    std::optional<std::string> problem;
};

// All three may be called while hosts are running. They throw StorageError as open_storage() does, and block
// on the database up to the deadline of `options`.

// Changes nothing and creates nothing: of a database that is not there yet, everything is pending.
SchemaStatus schema_status(const StorageOptions& options);

// Applies what is pending, creating the database where open_storage() would; the names of what was applied
// now, by this call. All or nothing where the database can undo a change of its schema. Throws StorageError
// (corrupt) where schema_status() tells a problem.
std::vector<std::string> migrate_schema(const StorageOptions& options);

// What migrate_schema() would do, as SQL that a person with the rights to do so can run by the database's own
// shell; its last statements note the migrations as applied. Empty: nothing is pending. Changes nothing.
// Throws as migrate_schema() does.
std::string pending_migrations_sql(const StorageOptions& options);

}  // namespace jobhost::storage
