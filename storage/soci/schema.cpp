#include "storage/schema.hpp"

#include "storage/digest.hpp"
#include "storage/soci/instants.hpp"
#include "storage/soci/session.hpp"

#include <soci/sqlite3/soci-sqlite3.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <map>
#include <system_error>
#include <unistd.h>

namespace jobhost::storage {

namespace {

constexpr std::string_view kSqlite = "sqlite:";

struct AppliedMigration {
    std::string name;
    std::string checksum;
    TimePoint at;
};
using AppliedMigrations = std::map<long long, AppliedMigration>;

std::filesystem::path file_of(const StorageOptions& options) {
    if (!options.url.starts_with(kSqlite) || options.url.size() == kSqlite.size())
        throw StorageError{StorageError::Kind::refused,
                           "storage.url must be sqlite:PATH; this version knows no other database"};
    return std::filesystem::absolute(options.url.substr(kSqlite.size()));
}

// A file that is not there has had no migrations and is not made. One that may only be read is refused,
// because SQLite would leave a -wal behind that may only be read either.
AppliedMigrations applied_migrations(const StorageOptions& options) {
    const std::filesystem::path file = file_of(options);
    const auto fail = [&](StorageError::Kind kind, const std::string& why) {
        throw StorageError{kind, "cannot open the database " + file.string() + ": " + why};
    };
    std::error_code no_folder;
    if (!std::filesystem::is_directory(file.parent_path(), no_folder))
        fail(StorageError::Kind::unavailable,
             "the folder " + file.parent_path().string() + " does not exist; create it");
    AppliedMigrations applied;
    if (::faccessat(AT_FDCWD, file.c_str(), R_OK | W_OK, AT_EACCESS) != 0) {
        if (errno == ENOENT) return applied;
        fail(StorageError::Kind::unavailable,
             std::generic_category().message(errno) + "; check owner and mode of the file and its folder");
    }
    try {
        const StatementCatalog catalog{"sqlite"};
        Session session{*soci::factory_sqlite3(), "db=\"" + file.string() + "\"", catalog};
        const auto patience = std::chrono::ceil<std::chrono::milliseconds>(options.timeout);
        session.execute_text("PRAGMA busy_timeout = " + std::to_string(patience.count()));
        if (session.rows<long long>("migration_table_exists").empty()) return applied;
        for (auto& [number, name, checksum, at] :
             session.rows_of_text<long long, std::string, std::string, long long>(
                 "SELECT number, name, checksum, applied_at FROM schema_migration"))
            applied[number] = {std::move(name), std::move(checksum), instant(at)};
    } catch (const StorageError& error) {
        fail(error.kind(), error.what());
    }
    return applied;
}

}  // namespace

SchemaStatus schema_status(const StorageOptions& options) {
    AppliedMigrations applied = applied_migrations(options);
    SchemaStatus status{.database = std::string{"SQLite "} + sqlite_api::sqlite3_libversion(),
                        .is_current = true};
    for (const Migration& migration : migrations_of("sqlite")) {
        MigrationState& state = status.migrations.emplace_back(migration.number, migration.name);
        const auto found = applied.find(migration.number);
        if (found == applied.end()) {
            status.is_current = false;
            continue;
        }
        state.applied_at = found->second.at;
        if (found->second.checksum != sha256(migration.text))
            status.problem = "the database was made with another text of migration " + migration.name +
                             "; it cannot be used with this jobhost";
        applied.erase(found);
    }
    for (auto& [number, foreign] : applied) {
        status.problem = "the database's schema is newer (" + foreign.name +
                         ") than this jobhost knows; use the newer jobhost";
        status.migrations.emplace_back(static_cast<int>(number), std::move(foreign.name), foreign.at);
    }
    status.is_current = status.is_current && !status.problem;
    return status;
}

std::vector<std::string> migrate_schema(const StorageOptions& options) {
    std::vector<std::string> names;
    for (const MigrationState& state : schema_status(options).migrations)
        if (!state.applied_at) names.push_back(state.name);
    open_storage(options);
    return names;
}

std::string pending_migrations_sql(const StorageOptions& options) {
    const SchemaStatus status = schema_status(options);
    if (status.problem) throw StorageError{StorageError::Kind::corrupt, *status.problem};
    if (status.is_current) return {};
    const StatementCatalog catalog{"sqlite"};
    std::string sql = "BEGIN IMMEDIATE;\n\n" + catalog["migration_table_create"] + ";\n";
    std::string notes;
    for (const Migration& migration : migrations_of("sqlite")) {
        const auto is_it = [&](const MigrationState& state) { return state.number == migration.number; };
        if (std::find_if(status.migrations.begin(), status.migrations.end(), is_it)->applied_at) continue;
        sql += "\n-- " + migration.name + "\n" + std::string{migration.text};
        notes += "INSERT INTO schema_migration (number, name, checksum, applied_at)\nVALUES (" +
                 std::to_string(migration.number) + ", '" + migration.name + "', '" + sha256(migration.text) +
                 "', CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER));\n";
    }
    return sql + "\n" + notes + "\nCOMMIT;\n";
}

}  // namespace jobhost::storage
